import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { fail, type Finding, ok, warn } from '../finding.ts';

/** The major version of `nodejs24.x`. */
const DEPLOYED_MAJOR = '24';

/** Whether agents are compiled and tested here by the Node.js that runs them there. */
export const checkNode = (version: string): Finding =>
  version.startsWith(`v${DEPLOYED_MAJOR}.`)
    ? ok('node', `Node.js ${version}.`)
    : warn(
        'node',
        `This is Node.js ${version}, and the functions run on ${DEPLOYED_MAJOR}: what runs here may not run there.`,
        [`npx --package node@${DEPLOYED_MAJOR} node --version`],
      );

interface LockedPackage {
  readonly version?: string;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
  readonly peer?: boolean;
  readonly link?: boolean;
}

type Packages = Readonly<Record<string, LockedPackage & Readonly<Record<string, unknown>>>>;

const ASKED_FOR = ['dependencies', 'devDependencies', 'optionalDependencies'] as const;

const read = (file: string): Readonly<Record<string, unknown>> =>
  JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;

const packagesIn = (file: string): Packages => (read(file)['packages'] ?? {}) as Packages;

const isChosen = ({ optional, devOptional, peer, link }: LockedPackage): boolean =>
  [optional, devOptional, peer, link].some((one) => one === true);

/** Folders of packages that are not installed as the lock has them. */
const strays = (locked: Packages, installed: Packages): string[] =>
  Object.entries(locked)
    .filter(([folder, one]) => {
      const found = installed[folder];
      return folder !== '' && (found === undefined ? !isChosen(one) : found.version !== one.version);
    })
    .map(([folder]) => folder.replace(/^.*node_modules\//, ''));

const OTHER_LOCKS = ['yarn.lock', 'pnpm-lock.yaml', 'bun.lock'];

/** Whether what would be bundled is what was locked, and so tested. */
export const checkLock = (directory: string): Finding => {
  const lock = join(directory, 'package-lock.json');
  const installed = join(directory, 'node_modules', '.package-lock.json');
  if (!existsSync(lock)) {
    const other = OTHER_LOCKS.find((name) => existsSync(join(directory, name)));
    if (other !== undefined) return ok('lock', `${other} is there; this looks at locks of npm alone.`);
    return warn('lock', 'There is no lock: the next installation may have other versions.', ['npm install']);
  }
  const packages = packagesIn(lock);
  const manifest = read(join(directory, 'package.json'));
  const differs = ASKED_FOR.find((name) => !isDeepStrictEqual(packages['']?.[name] ?? {}, manifest[name] ?? {}));
  if (differs !== undefined)
    return fail('lock', `package-lock.json is older than package.json: ${differs} are others.`, ['npm install']);
  if (!existsSync(installed)) return warn('lock', 'What is installed was not installed by npm.', ['npm ci']);
  const others = strays(packages, packagesIn(installed));
  if (others.length === 0) return ok('lock', `${Object.keys(packages).length - 1} packages, as locked.`);
  const some = `${others.slice(0, 3).join(', ')}${others.length > 3 ? ' and others' : ''}`;
  return fail('lock', `${others.length} packages are not installed as they are locked: ${some}.`, ['npm ci']);
};
