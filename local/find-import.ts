import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const CODE = /\.[cm]?[jt]s$/;

/** Files with code below `agents/`. */
export const sourcesIn = (directory: string): string[] => {
  try {
    return readdirSync(join(directory, 'agents'), { recursive: true, encoding: 'utf8' })
      .filter((name) => CODE.test(name) && !name.includes('node_modules'))
      .map((name) => join(directory, 'agents', name));
  } catch {
    return [];
  }
};

/** As `agents/support.ts:3`, where a file imports a module by this name; the file alone where it does not. */
export const placeOfImport = (file: string, specifier: string, directory: string): string => {
  const shown = relative(directory, file);
  try {
    const lines = readFileSync(file, 'utf8').split('\n');
    const at = lines.findIndex((line) => line.includes(`'${specifier}'`) || line.includes(`"${specifier}"`));
    return at < 0 ? shown : `${shown}:${at + 1}`;
  } catch {
    return shown;
  }
};

/** Where the first file is that Node cannot read; `null`: it can read them all. */
export const placeOfSyntaxError = (directory: string): string | null => {
  for (const file of sourcesIn(directory)) {
    const { status, stderr } = spawnSync(process.execPath, ['--check', file], { encoding: 'utf8' });
    const line = /:(\d+)\n/.exec(stderr)?.[1];
    if (status !== 0 && line !== undefined) return `${relative(directory, file)}:${line}`;
  }
  return null;
};
