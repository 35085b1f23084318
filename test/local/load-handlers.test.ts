import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadHandlers, loadingFailed } from '../../local/load-handlers.ts';

const FUNCTIONS = {
  plain: 'export const handler = async () => ({ statusCode: 204 });',
  streams: 'export const handler = globalThis.awslambda.streamifyResponse(async () => undefined);',
  nameless: 'export const main = 1;',
  refuses: "throw new Error('MAX_RETRIES must be a number.');",
  broken: "const nothing = undefined;\nexport const handler = nothing.at('x');",
};

describe('code that cannot be loaded', () => {
  const thrown = (lines: readonly string[]) => {
    const error = new TypeError('support: two of its tools have the same name.');
    error.stack = [`TypeError: ${error.message}`, ...lines.map((line) => `    at ${line}`)].join('\n');
    return loadingFailed('agents/index.ts', error).message;
  };
  const project = new URL('../../', import.meta.url).href;
  const inside = `defineAgent (${project}lib/agent/define/define-agent.ts:86:11)`;
  const outside = `${project}agents/tools/support.ts:5:24`;

  it("is told at the place in the user's own file, where the mistake is mended", () => {
    expect(thrown([inside, outside])).toMatch(
      /\(TypeError at agents\/tools\/support\.ts:5\): support: two of its tools have the same name\.$/,
    );
  });

  it('is told at the place that threw where no file of the user is in the stack', () => {
    expect(thrown(['own (file:///srv/functions/health.ts:3:1)'])).toMatch(/\(TypeError at functions\/health\.ts:3\)/);
  });
});

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
    ['broken', false, /^functions\/broken\.ts cannot be loaded \(TypeError.*\): .*undefined/],
    ['plain', true, /^functions\/plain\.ts does not stream, .* look at transferMode of \/plain\.$/],
    ['streams', false, /^functions\/streams\.ts streams, .* look at transferMode of \/streams\.$/],
  ])('are refused in a sentence: %s, streaming %s', async (name, streaming, sentence) => {
    await expect(load(name, streaming)).rejects.toThrow(sentence);
    await expect(load(name, streaming)).rejects.toMatchObject({ name: 'StartRefused' });
  });
});
