import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadHandlers } from '../../local/load-handlers.ts';

const FUNCTIONS = {
  plain: 'export const handler = async () => ({ statusCode: 204 });',
  streams: 'export const handler = globalThis.awslambda.streamifyResponse(async () => undefined);',
  nameless: 'export const main = 1;',
  refuses: "throw new Error('MAX_RETRIES must be a number.');",
  broken: "const nothing = undefined;\nexport const handler = nothing.at('x');",
};

describe('the functions of the routes', () => {
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'ballast-functions-'));
    mkdirSync(join(root, 'functions'));
    for (const [name, code] of Object.entries(FUNCTIONS)) writeFileSync(join(root, 'functions', `${name}.ts`), code);
  });
  afterAll(() => rmSync(root, { recursive: true }));

  const load = (name: string, streaming = false) =>
    loadHandlers(root, [{ definition: { name, timeoutMs: 1_000 }, template: `/${name}`, method: 'ANY', streaming }]);

  it('are imported by their names', async () => {
    expect([...(await load('plain')).keys()]).toEqual(['plain']);
    expect([...(await load('streams', true)).keys()]).toEqual(['streams']);
  });

  it.each([
    ['absent', false, 'serverless.yml names absent, but there is no functions/absent.ts.'],
    ['nameless', false, 'functions/nameless.ts exports no function named handler.'],
    ['refuses', false, 'MAX_RETRIES must be a number.'],
    ['broken', false, /^functions\/broken\.ts:2: .*undefined.* \(TypeError\)\.$/],
    ['plain', true, /^functions\/plain\.ts does not stream, .* look at transferMode of \/plain\.$/],
    ['streams', false, /^functions\/streams\.ts streams, .* look at transferMode of \/streams\.$/],
  ])('are refused in a sentence: %s, streaming %s', async (name, streaming, sentence) => {
    await expect(load(name, streaming)).rejects.toThrow(sentence);
    await expect(load(name, streaming)).rejects.toMatchObject({ name: 'StartRefused' });
  });
});
