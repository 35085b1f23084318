import { execFile } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer, type TestServer } from '../api/start-server.ts';
import { differences, parseOutput } from './difference.ts';
import { type Block, blocksOf, documents, read, ROOT } from './markdown.ts';

/** Documents of which every block needs the same thing that is not here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'docs/alarms.md': 'it needs an AWS account, or sends to a service outside',
  'docs/deploy.md': 'it needs an AWS account',
  'docs/untested-on-aws.md': 'it needs an AWS account',
};

const reasonOf = ({ reason, document }: Block) => reason ?? ELSEWHERE[document] ?? null;

/** What a reader copies to run it; a block of another program than the shell and Node has to say why it is not run. */
const RUN = new Set(['sh', 'js', 'python']);

const blocks = documents()
  .flatMap(blocksOf)
  .filter(({ language }) => RUN.has(language));
const runnable = blocks.filter((block) => reasonOf(block) === null);
const others = blocks.filter((block) => reasonOf(block) !== null);

/** Ends what hangs, and nothing that a busy machine slows. */
const HANGS_MS = 600_000;

/** Runs it as a reader would in the project's directory, but for the port. Rejects where a command fails. */
const run = ({ language, text: script }: Block, url: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const PATH = `${path.join(ROOT, 'node_modules', '.bin')}${path.delimiter}${process.env['PATH'] ?? ''}`;
    const text = script.replaceAll('http://localhost:3000', url);
    const options = { cwd: ROOT, env: { ...process.env, PATH }, timeout: HANGS_MS };
    const [program, ...args] =
      language === 'js' ? [process.execPath, '--input-type=module', '-e', text] : ['sh', '-e', '-c', text];
    execFile(program, args, options, (error, stdout, stderr) =>
      error ? reject(new Error(`${stderr}${stdout}`, { cause: error })) : resolve(stdout),
    );
  });

describe('the blocks of commands', () => {
  let server: TestServer;
  beforeAll(async () => {
    // The documents show the secret of webhooks, which a server without hosts for them does not.
    server = await startServer({ WEBHOOK_HOSTS: 'hooks.example.com' });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it.each(runnable)('$document:$line does what it says', async (block) => {
    const said = await run(block, server.url);
    const { output } = block;
    if (output === null) expect(said).not.toBe('');
    else expect(differences(parseOutput(output), parseOutput(said))).toEqual([]);
  });
});

it('most blocks are run, and each of the others says why not', () => {
  const lines = others.map((block) => `  ${block.document}:${block.line}: ${reasonOf(block)}`);
  console.info(`${runnable.length} blocks run, ${others.length} not:\n${lines.join('\n')}`);
  expect(runnable.length).toBeGreaterThan(24);
  expect(new Set(runnable.map(({ document }) => document))).toContain('README.md');
  expect(runnable.filter(({ language }) => language !== 'sh')).not.toEqual([]);
  expect(others.filter((block) => (reasonOf(block) ?? '').length < 10)).toEqual([]);
});

it('each npm script that a document names is there', () => {
  const { scripts } = JSON.parse(read('package.json').text) as { scripts: Record<string, string> };
  const named = documents().flatMap(({ text }) => [
    ...text.matchAll(/\bnpm (?:run (?:--silent )?([\w:-]+)|(start|test)\b)/g),
  ]);
  const names = new Set(named.map(([, script, short]) => script ?? short ?? ''));
  expect(names.size).toBeGreaterThan(5);
  expect([...names].filter((name) => !(name in scripts))).toEqual([]);
});

it.each([
  ['a missing key', { a: 1, b: { c: 2 } }, { a: 1, b: {} }, 1],
  ['another value', { status: 'succeeded' }, { status: 'failed' }, 1],
  ['another type', { usage: { inputTokens: 3 } }, { usage: { inputTokens: '3' } }, 1],
  ['an id of another form', { runId: 'run_1234' }, { runId: '1234' }, 1],
  ['money where none is shown', { costUsd: '0' }, { costUsd: '0.1' }, 1],
  ['a missing element', { steps: [{ kind: 'model' }, { kind: 'tool' }] }, { steps: [{ kind: 'model' }] }, 1],
  [
    'no difference in what varies, or is not shown',
    { durationMs: 3, costUsd: '0.1' },
    { durationMs: 9, costUsd: '0.2', x: 1 },
    0,
  ],
])('a comparison finds %s', (_title, shown, real, count) => {
  expect(differences(shown, real)).toHaveLength(count);
});
