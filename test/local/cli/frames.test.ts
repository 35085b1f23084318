import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { COMPILATION } from '../../../scripts/build.ts';
import { ballast } from './served.ts';

const SOURCE = `export const settle = (amount) => {
  if (amount < 0) {
    throw new RangeError('canary');
  }
  return amount;
};
export const handler = (event) => settle(event.amount);
`;

let directory = '';
let stack = '';
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'ballast-frames-'));
  mkdirSync(join(directory, 'lib'));
  writeFileSync(join(directory, 'lib/settle.ts'), SOURCE);
  // As the functions are built, with the map outside of what is deployed.
  const { outputFiles } = await build({
    ...COMPILATION,
    absWorkingDir: directory,
    entryPoints: { index: 'lib/settle.ts' },
    outdir: 'dist/messages',
    outExtension: { '.js': '.mjs' },
    sourcemap: 'external',
    write: false,
  });
  mkdirSync(join(directory, 'dist/maps/messages'), { recursive: true });
  for (const { path, contents } of outputFiles)
    writeFileSync(join(directory, path.endsWith('.map') ? 'dist/maps/messages/index.mjs.map' : 'index.mjs'), contents);
  const { handler } = (await import(join(directory, 'index.mjs'))) as { handler: (event: object) => number };
  try {
    handler({ amount: -1 });
  } catch (error) {
    stack = /index\.mjs:\d+:\d+/.exec((error as Error).stack ?? '')?.[0] ?? '';
  }
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const mapped = async (line: string, ...words: readonly string[]) =>
  ballast(['frames', ...words], [], { directory, readInput: async () => `${line}\n` });

it('says of a deployed function’s error where in the source it was thrown', async () => {
  expect(stack).toMatch(/^index\.mjs:1:\d+$/);
  const line = JSON.stringify({ message: 'request failed', function: 'messages', frames: [`r@${stack}`] });
  expect((await mapped(line)).out).toBe(line.replace(stack, 'lib/settle.ts:3:11\n').replace('\n', '') + '\n');
});

it('takes the function from an option where the line does not say it, and leaves alone what it cannot know', async () => {
  expect((await mapped(`at r (${stack})`, '--function', 'messages')).out).toBe('at r (lib/settle.ts:3:11)\n');
  expect((await mapped(`at r (${stack})`)).out).toBe(`at r (${stack})\n`);
  expect((await mapped('no frame at all')).out).toBe('no frame at all\n');
});

it('says so where no build is', async () => {
  expect(await mapped('x', '--maps', 'nowhere')).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^There is no nowhere: build the version that is deployed/) as string,
  });
});
