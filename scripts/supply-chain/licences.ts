import type { LockedPackage, Part } from './packages.ts';

/** What may be in a function: no more than a notice is asked for. */
const PERMISSIVE = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'MIT-0',
  'Unlicense',
];

/** Tools are not passed on: MPL-2.0 asks for changed files of theirs alone, and nothing changes them. */
const OF_TOOLS = ['MPL-2.0', 'PSF-2.0', 'Python-2.0'];

const ALLOWED: Readonly<Record<Part, ReadonlySet<string>>> = {
  deployed: new Set(PERMISSIVE),
  platform: new Set(PERMISSIVE),
  development: new Set([...PERMISSIVE, ...OF_TOOLS]),
};

/** Of an SPDX expression without nested brackets: one of those joined by OR, and each of those joined by AND. */
export const isAllowed = (licence: string, allowed: ReadonlySet<string>): boolean => {
  const plain = licence.replace(/^\((.*)\)$/, '$1');
  if (/[()]| WITH /.test(plain)) return false;
  return plain.split(' OR ').some((choice) => choice.split(' AND ').every((each) => allowed.has(each.trim())));
};

/**
 * What is wrong with packages, each in a sentence: a licence that is not on the list of its part, none at all, no hash in the
 * lock, or an install script that `allowScripts` has not denied. Pure.
 */
export const flawsOf = (
  packages: readonly LockedPackage[],
  allowScripts: Readonly<Record<string, boolean | undefined>>,
): string[] =>
  packages.flatMap(({ folder, name, version, licence, part, hasIntegrity, hasInstallScript }) => {
    const named = `${name}@${version} (${part})`;
    return [
      ...(licence === null ? [`${named} says no licence.`] : []),
      ...(licence !== null && !isAllowed(licence, ALLOWED[part]) ? [`${named} has the licence ${licence}.`] : []),
      ...(hasIntegrity ? [] : [`${folder} has no hash in the lock.`]),
      ...(hasInstallScript && allowScripts[name] !== false ? [`${named} has an install script.`] : []),
    ];
  });
