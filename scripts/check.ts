import { spawn } from 'node:child_process';

const CHECKS = ['typecheck', 'lint', 'format'] as const;

interface Checked {
  readonly output: string;
  readonly isRight: boolean;
}

/** Runs one of the scripts of package.json; what it prints comes at its end, so that no two are mixed. */
const check = (name: string): Promise<Checked> =>
  new Promise((done) => {
    const child = spawn('npm', ['run', '--silent', name], {
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    const chunks: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', ({ message }) => done({ output: `${message}\n`, isRight: false }));
    child.on('close', (code) => done({ output: Buffer.concat(chunks).toString(), isRight: code === 0 }));
  });

// All at once: each alone keeps one processor busy.
const wrong = await Promise.all(
  CHECKS.map(async (name) => {
    const { output, isRight } = await check(name);
    process.stdout.write(`${isRight ? '✓' : '✗'} ${name}\n${output}`);
    return isRight ? [] : [name];
  }),
);
process.exitCode = wrong.flat().length === 0 ? 0 : 1;
