import { type LockedPackage, PARTS } from './packages.ts';

const MEANING = {
  deployed: 'what code of functions can import; a function carries what it imports alone',
  platform: 'the embedded database and Node, where there is one for the platform; never deployed',
  development: 'tests, types, lint, build and deployment; never deployed',
} as const;

const row = (...cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
const table = (head: readonly string[], rows: readonly string[]): string =>
  [row(...head), row(...head.map(() => '---')), ...rows].join('\n');

const megabytes = (bytes: number): string => {
  const tenths = Math.round(bytes / 100_000);
  return `${Math.floor(tenths / 10)}.${tenths % 10} MB`;
};

const ABOUT = `Made by \`npm run licences\` from \`package-lock.json\` and \`node_modules\`; do not edit it. The command fails, and so does a test, where a package has a licence that is not on the list of its part, no hash in the lock, or an install script that \`allowScripts\` of \`package.json\` does not deny. [Security](security.md#what-is-installed) says what else is done.`;

/** `docs/dependencies.md`; `bytesOf` says how large a package is, `null` where it is not installed. Pure. */
export const dependenciesPage = (
  packages: readonly LockedPackage[],
  bytesOf: (each: LockedPackage) => number | null,
): string => {
  const parts = PARTS.map((part) => {
    const own = packages.filter((each) => each.part === part);
    const sizes = own.map(bytesOf).filter((bytes) => bytes !== null);
    const bytes = sizes.reduce((sum, each) => sum + each, 0);
    return row(part, own.length, sizes.length, megabytes(bytes), MEANING[part]);
  });
  const licences = [...new Set(packages.map(({ licence }) => licence ?? 'none'))].toSorted().map((licence) => {
    const own = packages.filter((each) => (each.licence ?? 'none') === licence);
    return row(licence, ...PARTS.map((part) => own.filter((each) => each.part === part).length));
  });
  return `# Dependencies

${ABOUT}

## How many, and how large

On Linux x64; packages of other platforms are in the lock and not installed.

${table(['part', 'in the lock', 'installed', 'on disk', 'what for'], parts)}

## Licences

${table(['licence', ...PARTS], licences)}

\`MPL-2.0\`, \`PSF-2.0\` and \`Python-2.0\` are allowed for development only.
`;
};
