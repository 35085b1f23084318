import { spawnSync, type SpawnSyncOptionsWithStringEncoding } from 'node:child_process';

export interface NpmAnswer {
  readonly status: number | null;
  readonly stdout: string;
}

/** Runs npm in the project by the way it was itself started, or by its name; on Windows that is a script of the shell. */
export const npm = (words: readonly string[], cwd: string): NpmAnswer => {
  const execPath = process.env['npm_execpath'];
  const options = {
    cwd,
    encoding: 'utf8',
    maxBuffer: 100_000_000,
    stdio: ['ignore', 'pipe', 'ignore'],
  } satisfies SpawnSyncOptionsWithStringEncoding;
  return execPath === undefined
    ? spawnSync('npm', words, { ...options, shell: process.platform === 'win32' })
    : spawnSync(process.execPath, [execPath, ...words], options);
};
