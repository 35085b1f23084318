import { type Dirent, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Stamps } from './changes.ts';

/** What is code wherever it stands. */
const CODE = /\.(?:[cm]?[jt]s|json)$/;
const TEST = /\.test\.[cm]?[jt]s$/;
/** What editors put beside a file while they write it: `.x.swp`, `x~`, `#x#`, `4913`. */
const PASSING = /^[.#]|~$|^\d+$/;

/** Below `agents/` every file may be read by an agent, such as its prompt. */
const FOLDERS: readonly (readonly [folder: string, counts: (name: string) => boolean])[] = [
  ['agents', (name) => !TEST.test(name)],
  ...['functions', 'lib', 'local'].map(
    (folder) => [folder, (name: string) => CODE.test(name) && !TEST.test(name)] as const,
  ),
];
const FILES = ['.env', 'serverless.yml', 'infra/tables.yml'];

/** What may change in the project's own directory. */
export const IN_ROOT: ReadonlySet<string> = new Set([...FOLDERS.map(([folder]) => folder), 'infra', ...FILES]);

const entriesOf = (folder: string): Dirent[] => {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
};

const stampOf = (file: string): string | null => {
  try {
    const { mtimeMs, size, ino } = statSync(file);
    return `${mtimeMs}:${size}:${ino}`;
  } catch {
    return null; // It went while it was looked at.
  }
};

export interface ProjectFiles {
  readonly stamps: Stamps;
  /** Absolute paths of the folders in which a file may change. */
  readonly folders: readonly string[];
}

/** The files of which a change needs a new server, as they are now. */
export const readProjectFiles = (directory: string): ProjectFiles => {
  const stamps = new Map<string, string>();
  const folders = [directory, join(directory, 'infra')];
  const add = (path: string) => {
    const stamp = stampOf(join(directory, path));
    if (stamp !== null) stamps.set(path, stamp);
  };
  const walk = (folder: string, counts: (name: string) => boolean) => {
    const entries = entriesOf(join(directory, folder));
    if (entries.length > 0) folders.push(join(directory, folder));
    for (const entry of entries) {
      if (PASSING.test(entry.name) || entry.name === 'node_modules') continue;
      if (entry.isDirectory()) walk(`${folder}/${entry.name}`, counts);
      else if (counts(entry.name)) add(`${folder}/${entry.name}`);
    }
  };
  for (const [folder, counts] of FOLDERS) walk(folder, counts);
  for (const file of FILES) add(file);
  return { stamps, folders };
};
