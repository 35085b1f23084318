import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { packInto } from '../../scripts/create/npm-pack.ts';
import { ask, descendantsOf, spawnServer } from '../local/spawned-server.ts';
import { ROOT } from '../made-once.ts';
import { FULL } from '../sizes.ts';

const place = mkdtempSync(join(tmpdir(), 'ballast-created-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));

/**
 * What a user has who opens a shell: the way to the registry, and no program or setting of this repository. A command of npm that
 * runs this test has put its own in front.
 */
const env = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) =>
        !/^(?:ANTHROPIC|AWS_|BALLAST|FULL$|LOG|VITEST|NODE_(?!EXTRA_CA_CERTS$)|npm_(?!config_(?:cache|cafile|registry)$))/i.test(
          name,
        ),
    ),
  ),
  PATH: (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'))
    .join(delimiter),
  NO_COLOR: '1',
};

/** Runs a command as its user would. Rejects with what it printed where it fails. */
const run = (directory: string, command: string, ...words: string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, words, { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let printed = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text: Buffer) => (printed += text.toString()));
    child.once('close', (code) => (code === 0 ? resolve(printed) : reject(new Error(printed))));
  });

const MOOD = `import { defineAgent, z } from 'ballast';

export const mood = defineAgent({
  name: 'mood',
  description: 'Says how a customer feels.',
  system: 'Say how the writer feels.',
  models: { simple: 'claude-haiku-5-5', standard: 'claude-haiku-5-5', complex: 'claude-sonnet-5-5' },
  output: z.strictObject({ mood: z.enum(['happy', 'angry']) }),
});
`;

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

const manifestIn = (folder: string) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
const writeManifest = (folder: string, manifest: object) =>
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);

/** Has a project depend on this Ballast as an earlier version, which is the same but for its number. */
const dependOnEarlier = (project: string): void => {
  const earlier = join(place, 'earlier');
  cpSync(join(ROOT, 'dist/npm'), earlier, { recursive: true });
  writeManifest(earlier, { ...manifestIn(earlier), version: '0.0.9' });
  const manifest = manifestIn(project);
  writeManifest(project, { ...manifest, dependencies: { ballast: `file:${packInto(project, earlier)}` } });
};

const addMood = (project: string, ending: string): void => {
  const index = join(project, `agents/index.${ending}`);
  writeFileSync(join(project, `agents/mood.${ending}`), MOOD);
  const text = readFileSync(index, 'utf8').replace('[support]', '[support, mood]');
  writeFileSync(index, `import { mood } from './mood.${ending}';\n${text}`);
};

/** The agents answer, from the package, by this command. */
const expectAnswers = async (project: string, command: [string, ...string[]]): Promise<void> => {
  const server = spawnServer({ directory: project, command, env: { ...env } });
  onTestFinished(async () => {
    // npm keeps a signal to itself that a terminal would send to all of them.
    for (const pid of descendantsOf(server.child.pid ?? 0)) process.kill(pid, 'SIGKILL');
    await server.exited;
  });
  const url = await server.ready;
  expect(await (await ask(url, '/agent/run', { agent: 'mood', task: 'I like it.' })).json()).toMatchObject({
    status: 'succeeded',
    result: { mood: expect.stringMatching(/^(?:happy|angry)$/) as string },
  });
};

const expectPackage = async (project: string): Promise<void> => {
  expect(await run(project, 'npm', 'run', 'package', '--', '--stage', 'prod')).toContain('Packaged for prod');
  const zips = readdirSync(join(project, 'build/.serverless')).filter((file) => file.endsWith('.zip'));
  expect(zips.length).toBeGreaterThan(15);
};

/** It installs from the registry and builds every function, which takes minutes. */
describe.runIf(FULL)('a project, from an empty folder,', () => {
  it('in JavaScript is made, installed, tested, asked and packaged, without a mistake on the way', async () => {
    const project = join(place, 'js');
    expect(await run(ROOT, 'npm', 'run', 'create', '--', project, '--js')).toContain('npm install');
    await run(project, 'npm', 'install');
    addMood(project, 'js');
    expect(await run(project, 'npm', 'test')).toMatch(/Tests +4 passed/);
    await expectAnswers(project, ['npx', 'ballast', 'start']);
    await expectPackage(project);
  });

  it('in TypeScript is the same, and goes over from an earlier Ballast to this one', async () => {
    const project = join(place, 'ts');
    await run(ROOT, 'npm', 'run', 'create', '--', project);
    dependOnEarlier(project);
    await run(project, 'npm', 'install');
    expect(manifestIn(join(project, 'node_modules/ballast')).version).toBe('0.0.9');
    addMood(project, 'ts');
    expect(await run(project, 'npm', 'test')).toMatch(/Tests +4 passed/);

    const { version } = manifestIn(ROOT);
    expect(await run(ROOT, 'npm', 'run', 'create', '--', project, '--update')).toContain(`Ballast ${version} now`);
    await run(project, 'npm', 'install');
    expect(manifestIn(join(project, 'node_modules/ballast')).version).toBe(version);
    expect(await run(project, 'npm', 'test')).toMatch(/Tests +4 passed/);
    await expectAnswers(project, ['npm', 'start']);
    await expectPackage(project);
  });
});
