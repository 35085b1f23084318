import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { buildFunctions, deployedFunctions } from '../../scripts/build.ts';
import { startBytes } from '../../scripts/start-bytes.ts';
import { ROOT } from './packaged.ts';

/** KiB that a function which somebody waits for may load before its first request: the provider's client is in none. */
const LIMITS = { 'run-agent': 220, messages: 220, 'ask-provider': 220 };

const folders = [1, 2].map(() => mkdtempSync(join(tmpdir(), 'ballast-build-')));
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** The hash of each file by its path. */
const hashes = (folder: string): Map<string, string> =>
  new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(folder.length), createHash('sha256').update(readFileSync(path)).digest('hex')]),
  );

const output = (bytes: number, imports: Metafile['outputs'][string]['imports'] = []) => ({
  ...{ bytes, imports, inputs: {}, exports: [] },
});

describe('the build', { timeout: 240_000 }, () => {
  it('gives the same bytes twice, and loads no more at start than it may', async () => {
    const [first = '', second = ''] = folders;
    const built = await buildFunctions(ROOT, first);
    await buildFunctions(ROOT, second);
    expect(hashes(first)).toEqual(hashes(second));
    expect(Object.keys(built)).toEqual(await deployedFunctions(ROOT));
    for (const [name, kib] of Object.entries(LIMITS)) expect(built[name], name).toBeLessThanOrEqual(kib * 1024);
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
