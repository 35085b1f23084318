import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { ask, spawnServer } from '../local/spawned-server.ts';
import { ROOT } from '../made-once.ts';
import { FULL } from '../sizes.ts';

const place = mkdtempSync(join(tmpdir(), 'ballast-created-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));

/** Runs a command as its user would. Rejects with what it printed where it fails. */
const run = (directory: string, command: string, ...words: string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], NO_COLOR: '1' };
    const child = spawn(command, words, { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let printed = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text: Buffer) => (printed += text.toString()));
    child.once('close', (code) => (code === 0 ? resolve(printed) : reject(new Error(printed))));
  });

/** It installs from the registry and builds every function, which takes minutes. */
describe.runIf(FULL).each([
  ['TypeScript', 'ts', []],
  ['JavaScript', 'js', ['--js']],
])('a project in %s, from an empty folder', (_language, ending, options) => {
  const project = join(place, ending);

  it('is made, installed, tested, asked and packaged, without a mistake on the way', async () => {
    expect(await run(ROOT, 'npm', 'run', 'create', '--', project, ...options)).toContain('npm install');
    await run(project, 'npm', 'install');
    const index = readFileSync(join(project, `agents/index.${ending}`), 'utf8');
    writeFileSync(
      join(project, `agents/mood.${ending}`),
      `import { defineAgent, z } from 'ballast';

export const mood = defineAgent({
  name: 'mood',
  description: 'Says how a customer feels.',
  system: 'Say how the writer feels.',
  models: { simple: 'claude-haiku-5-5', standard: 'claude-haiku-5-5', complex: 'claude-sonnet-5-5' },
  output: z.strictObject({ mood: z.enum(['happy', 'angry']) }),
});
`,
    );
    writeFileSync(
      join(project, `agents/index.${ending}`),
      `import { mood } from './mood.${ending}';\n${index.replace('[support]', '[support, mood]')}`,
    );
    expect(await run(project, 'npm', 'test')).toMatch(/Tests +4 passed/);

    const server = spawnServer({ directory: project, command: ['npm', 'start'] });
    onTestFinished(() => void server.child.kill('SIGINT'));
    const url = await server.ready;
    expect(await (await ask(url, '/agent/run', { agent: 'mood', task: 'I like it.' })).json()).toMatchObject({
      status: 'succeeded',
      result: { mood: expect.stringMatching(/^(?:happy|angry)$/) as string },
    });

    expect(await run(project, 'npm', 'run', 'package', '--', '--stage', 'prod')).toContain('Packaged for prod');
    expect(
      readdirSync(join(project, 'build/.serverless')).filter((file) => file.endsWith('.zip')).length,
    ).toBeGreaterThan(15);
  });
});
