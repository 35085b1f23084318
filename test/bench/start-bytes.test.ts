import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Metafile } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { START_BYTES_LIMIT, startInputs } from '../../bench/start-inputs.ts';
import { buildFunctions } from '../../scripts/build.ts';

const LATE = ['@anthropic-ai/sdk', '@aws-sdk/client-dynamodb', '@aws-sdk/client-secrets-manager', 'mathjs'];

const folder = mkdtempSync(join(tmpdir(), 'ballast-start-'));
let built: Record<string, number>;
beforeAll(async () => {
  built = await buildFunctions(resolve(import.meta.dirname, '../..'), folder);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const metafile = (name: string) => JSON.parse(readFileSync(join(folder, 'meta', `${name}.json`), 'utf8')) as Metafile;
const ofLate = (paths: readonly string[]) =>
  LATE.filter((library) => paths.some((path) => path.includes(`node_modules/${library}/`)));

describe('before its first request run-agent', () => {
  it('loads at most 220 KB', () => {
    expect(built['run-agent']).toBeLessThanOrEqual(START_BYTES_LIMIT);
  });

  it('loads nothing of the libraries that only a run needs, though it has them', () => {
    expect(ofLate(Object.keys(metafile('run-agent').inputs))).toEqual(LATE);
    expect(ofLate(startInputs(metafile('run-agent')))).toEqual([]);
  });

  it('has loaded the middleware and the DynamoDB client', () => {
    const inputs = startInputs(metafile('run-agent'));
    expect(inputs).toContain('functions/run-agent.ts');
    expect(inputs.some((path) => path.includes('node_modules/@middy/core/'))).toBe(true);
    expect(inputs).toContain('lib/dynamodb/signed-client.ts');
    expect(inputs.filter((path) => path.includes('node_modules/@aws-sdk/'))).toEqual([]);
  });
});
