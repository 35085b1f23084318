import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { goByProxies } from '../go-by-proxies.ts';
import { systemClock } from '../system-clock.ts';
import { dispatch } from './dispatch.ts';
import type { Commanded, Shell } from './verb.ts';

const command = (file: string, words: readonly string[]): Promise<Commanded> =>
  new Promise((resolve, reject) => {
    const child = spawn(file, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    child.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ENOENT' ? resolve({ code: null, stdout: '', stderr: '' }) : reject(error),
    );
    Promise.all([text(child.stdout), text(child.stderr)]).then(
      ([stdout, stderr]) =>
        child.exitCode === null
          ? child.once('close', (code) => resolve({ code: code ?? 1, stdout, stderr }))
          : resolve({ code: child.exitCode, stdout, stderr }),
      reject,
    );
  });

const shell: Shell = {
  env: process.env,
  directory: process.cwd(),
  fetch: globalThis.fetch,
  out: (said) => void process.stdout.write(said),
  err: (said) => void process.stderr.write(said),
  isTerminal: process.stdout.isTTY,
  // As NO_COLOR and its like say, which Node knows.
  colours: process.stdout.isTTY && process.stdout.hasColors(),
  columns: process.stdout.isTTY ? process.stdout.columns : null,
  showsProgress: process.stderr.isTTY,
  clock: systemClock,
  command,
  readInput: async () => (process.stdin.isTTY ? null : await text(process.stdin)),
};

// Whoever read what is printed may stop reading, as `head` does.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

// The server goes by a proxy where Node is told so, and is told so by npm start too.
if (process.argv[2] !== 'start') goByProxies();

const code = await dispatch(process.argv.slice(2), shell);
if (code !== null) process.exitCode = code;
