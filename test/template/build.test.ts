import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { START_BYTES_LIMIT, startInputs } from '../../bench/start-inputs.ts';
import { buildFunctions, deployedFunctions } from '../../scripts/build.ts';
import { startBytes } from '../../scripts/start-bytes.ts';
import { FULL } from '../sizes.ts';
import { packaged, ROOT } from './packaged.ts';

/**
 * KiB that a function which somebody waits for may load before its first request, at most 5 % above what it does: some 208 of
 * them are DynamoDB's client, and the provider's is in none.
 */
const LIMITS = { 'run-agent': 415, messages: 445, 'ask-provider': 440, 'submit-run': 445, 'control-run': 435 };

/** What only some requests need, and none at start. */
const LATE = [
  '@anthropic-ai/sdk',
  '@aws-sdk/client-secrets-manager',
  // A function finds its credentials in its variables.
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/nested-clients',
];

/** What starts and wakes the executions of asynchronous runs, and what only they are made of. */
const CLIENT = '@aws-sdk/client-lambda';
const DURABLE = '@aws/durable-execution-sdk-js';

/** Built once more; a function takes seconds of a processor. */
const AGAIN = FULL ? deployedFunctions(ROOT) : Promise.resolve(['submit-run']);

const folder = mkdtempSync(join(tmpdir(), 'ballast-build-'));
let dist: string;
let again: Record<string, number>;
beforeAll(async () => {
  dist = join(await packaged(), 'dist');
  again = await buildFunctions(ROOT, folder, ['sample-agents'], await AGAIN);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The hash of each file by its path. */
const hashes = (folder: string): Map<string, string> =>
  new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(folder.length), createHash('sha256').update(readFileSync(path)).digest('hex')]),
  );

const output = (bytes: number, imports: Metafile['outputs'][string]['imports'] = []) => ({
  bytes,
  imports,
  inputs: {},
  exports: [],
});

/** The function that a file below the build's folder is of. */
const nameOf = (file: string): string => /^\/(?:maps\/|meta\/)?([\w-]+)/.exec(file)?.[1] ?? '';

const metafile = (name: string) => JSON.parse(readFileSync(join(dist, 'meta', `${name}.json`), 'utf8')) as Metafile;
const of = (libraries: readonly string[], paths: readonly string[]) =>
  libraries.filter((library) => paths.some((path) => path.includes(`node_modules/${library}/`)));
const ofLate = (paths: readonly string[]) => of(LATE, paths);

describe('the build', () => {
  it('gives the same bytes twice, and says how many of them are loaded at start', async () => {
    const packed = [...hashes(dist)].filter(([file]) => nameOf(file) in again);
    expect(hashes(folder)).toEqual(new Map(packed));
    expect(Object.keys(again)).toEqual(await AGAIN);
    for (const [name, bytes] of Object.entries(again)) expect(bytes, name).toBe(startBytes(metafile(name)));
  });

  it('is of each function that is deployed', async () => {
    const folders = readdirSync(dist).filter((name) => !['maps', 'meta'].includes(name));
    expect(folders.toSorted()).toEqual((await deployedFunctions(ROOT)).toSorted());
  });

  it('makes functions that load no more at start than they may', () => {
    for (const [name, kib] of Object.entries(LIMITS))
      expect(startBytes(metafile(name)), name).toBeLessThanOrEqual(kib * 1024);
    expect(START_BYTES_LIMIT).toBe(LIMITS['run-agent'] * 1024);
  });

  it('has run-agent load nothing at start of the libraries that only a run needs, though it has them', () => {
    expect(ofLate(Object.keys(metafile('run-agent').inputs))).toEqual(LATE);
    expect(ofLate(startInputs(metafile('run-agent')))).toEqual([]);
  });

  it('has what submits and steers runs load the client of Lambda late, and nothing of the SDK of executions', () => {
    for (const name of ['submit-run', 'control-run', 'run-agent']) {
      expect(of([CLIENT, DURABLE], Object.keys(metafile(name).inputs)), name).toEqual([CLIENT]);
      expect(of([CLIENT, DURABLE], startInputs(metafile(name))), name).toEqual([]);
    }
  });

  it('has execute-run alone load the SDK of executions, and functions that start none neither that nor the client', () => {
    expect(of([DURABLE, ...LATE], startInputs(metafile('execute-run')))).toEqual([DURABLE]);
    for (const name of ['messages', 'ask-provider'])
      expect(of([CLIENT, DURABLE], Object.keys(metafile(name).inputs)), name).toEqual([]);
  });

  it('has no function but the one that sends load the library of webhooks', () => {
    for (const name of [...Object.keys(LIMITS), 'execute-run'])
      expect(of(['standardwebhooks'], startInputs(metafile(name))), name).toEqual([]);
  });

  it('has what describes the API load the examples of answers late', () => {
    const examples = 'lib/api/answer-examples.json';
    expect(Object.keys(metafile('describe-api').inputs)).toContain(examples);
    expect(startInputs(metafile('describe-api'))).not.toContain(examples);
    expect(startInputs(metafile('describe-api'))).toContain('lib/api/openapi.ts');
  });

  it('has run-agent load its middleware and its DynamoDB client at start', () => {
    const inputs = startInputs(metafile('run-agent'));
    expect(inputs).toContain('functions/run-agent.ts');
    expect(inputs).toContain('lib/dynamodb/client.ts');
    expect(of(['@aws-sdk/client-dynamodb'], inputs)).toHaveLength(1);
    expect(inputs.some((path) => path.includes('node_modules/@middy/core/'))).toBe(true);
  });
});

describe('bytes at start', () => {
  it('are those of the entry and of all it imports statically, each once', () => {
    const late = { path: 'dist/x/chunk-c.mjs', kind: 'dynamic-import' } as const;
    const early = (path: string) => ({ path, kind: 'import-statement' }) as const;
    const outputs = {
      'dist/x/index.mjs': output(1, [early('dist/x/chunk-a.mjs'), early('dist/x/chunk-b.mjs'), late]),
      'dist/x/chunk-a.mjs': output(10, [early('dist/x/chunk-b.mjs'), { ...early('node:fs'), external: true }]),
      'dist/x/chunk-b.mjs': output(100),
      'dist/x/chunk-c.mjs': output(1_000, [early('dist/x/chunk-d.mjs')]),
      'dist/x/chunk-d.mjs': output(10_000),
    };
    expect(startBytes({ inputs: {}, outputs })).toBe(111);
  });
});
