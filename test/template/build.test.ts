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

/** KiB that a function which somebody waits for may load before its first request: the provider's client is in none. */
const LIMITS = { 'run-agent': 220, messages: 220, 'ask-provider': 220 };

/** What only some requests need, and none at start. */
const LATE = ['@anthropic-ai/sdk', '@aws-sdk/client-dynamodb', '@aws-sdk/client-secrets-manager'];

/** A function takes seconds of a processor. */
const BUILT = FULL ? deployedFunctions(ROOT) : Promise.resolve(Object.keys(LIMITS));

const folder = mkdtempSync(join(tmpdir(), 'ballast-build-'));
let built: Record<string, number>;
beforeAll(async () => {
  built = await buildFunctions(ROOT, folder, ['sample-agents'], await BUILT);
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

const metafile = (name: string) => JSON.parse(readFileSync(join(folder, 'meta', `${name}.json`), 'utf8')) as Metafile;
const ofLate = (paths: readonly string[]) =>
  LATE.filter((library) => paths.some((path) => path.includes(`node_modules/${library}/`)));

describe('the build', () => {
  it('gives the same bytes twice', async () => {
    const packed = [...hashes(join(await packaged(), 'dist'))].filter(([file]) => nameOf(file) in built);
    expect(hashes(folder)).toEqual(new Map(packed));
    expect(Object.keys(built)).toEqual(await BUILT);
  });

  it('is of each function that is deployed', async () => {
    const folders = readdirSync(join(await packaged(), 'dist')).filter((name) => !['maps', 'meta'].includes(name));
    expect(folders.toSorted()).toEqual((await deployedFunctions(ROOT)).toSorted());
  });

  it('makes functions that load no more at start than they may', () => {
    for (const [name, kib] of Object.entries(LIMITS)) expect(built[name], name).toBeLessThanOrEqual(kib * 1024);
    expect(START_BYTES_LIMIT).toBe(LIMITS['run-agent'] * 1024);
  });

  it('has run-agent load nothing at start of the libraries that only a run needs, though it has them', () => {
    expect(ofLate(Object.keys(metafile('run-agent').inputs))).toEqual(LATE);
    expect(ofLate(startInputs(metafile('run-agent')))).toEqual([]);
  });

  it('has run-agent load its middleware and its DynamoDB client at start, and nothing of the SDK', () => {
    const inputs = startInputs(metafile('run-agent'));
    expect(inputs).toContain('functions/run-agent.ts');
    expect(inputs).toContain('lib/dynamodb/signed-client.ts');
    expect(inputs.some((path) => path.includes('node_modules/@middy/core/'))).toBe(true);
    expect(inputs.filter((path) => path.includes('node_modules/@aws-sdk/'))).toEqual([]);
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
