import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { osls, schemaCache } from './package.ts';

/**
 * Runs a command of osls in a folder, with the user's credentials and terminal. Its cache is that of packaging, since the
 * user's home may not be writable. Returns the exit code.
 */
export const runOsls = (folder: string, words: readonly string[]): number => {
  const env = { SLS_SCHEMA_CACHE_BASE_DIR: schemaCache(homedir()), ...process.env };
  return spawnSync(process.execPath, [osls, ...words], { cwd: folder, env, stdio: 'inherit' }).status ?? 1;
};

if (import.meta.main) process.exitCode = runOsls(resolve(import.meta.dirname, '..'), process.argv.slice(2));
