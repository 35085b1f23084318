import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DefinitionError } from '../../lib/agent/define/definition.ts';
import { loadingFailed } from '../../local/loading-error.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'ballast-loading-'));
  mkdirSync(join(directory, 'agents', 'tools'), { recursive: true });
  writeFileSync(join(directory, 'agents', 'tools', 'calculate.ts'), 'export const calculate = 1;\n');
});
afterAll(() => rmSync(directory, { recursive: true }));

const fileOf = (name: string) => join(directory, 'agents', name);

/** Writes it as `agents/bad.ts`, beside an error as Node has it: with this name, message and stack. */
const saidOf = async (code: string, given: { name?: string; message: string; stack?: string; code?: string }) => {
  writeFileSync(fileOf('bad.ts'), code);
  const kinds = { SyntaxError, TypeError, ReferenceError } as Readonly<Record<string, typeof TypeError>>;
  const error = new (kinds[given.name ?? ''] ?? Error)(given.message);
  error.stack = `${error.name}: ${given.message}\n${given.stack ?? ''}`;
  if (given.code !== undefined) Object.assign(error, { code: given.code });
  const refused = await loadingFailed('lib/app/app.ts', error, directory);
  expect(refused.message).not.toMatch(/\n|lib\/app\/app\.ts/);
  return refused.message;
};
const at = (line: number) => `    at ${pathToFileURL(fileOf('bad.ts')).href}:${line}:5`;
const NOT_FOUND = 'ERR_MODULE_NOT_FOUND';

describe('code that cannot be loaded is named by its file and line, with what to write:', () => {
  it('what throws while it is loaded', async () => {
    const message = "Cannot read properties of undefined (reading 'x')";
    expect(await saidOf('', { name: 'TypeError', message, stack: at(2) })).toBe(
      `agents/bad.ts:2: ${message} (TypeError).`,
    );
  });

  it('an error of its own, where it was thrown', async () => {
    expect(await saidOf('', { message: 'SHOP_URL is missing', stack: at(2) })).toBe(
      'agents/bad.ts:2: SHOP_URL is missing (Error).',
    );
  });

  it('an import without the ending of its file', async () => {
    const message = `Cannot find module '${fileOf('tools/calculate')}' imported from ${fileOf('bad.ts')}`;
    const code = "import { z } from 'ballast';\nimport { calculate } from './tools/calculate';\n";
    expect(await saidOf(code, { message, code: NOT_FOUND })).toBe(
      "agents/bad.ts:2: There is no file ./tools/calculate. Write './tools/calculate.ts'.",
    );
  });

  it('an import of a file that has nearly this name, and of one that is not there at all', async () => {
    const near = `Cannot find module '${fileOf('tools/calculte.ts')}' imported from ${fileOf('bad.ts')}`;
    expect(await saidOf("import x from './tools/calculte.ts';", { message: near, code: NOT_FOUND })).toBe(
      "agents/bad.ts:1: There is no file ./tools/calculte.ts. Write './tools/calculate.ts'.",
    );
    const gone = `Cannot find module '${fileOf('nope.ts')}' imported from ${fileOf('bad.ts')}`;
    expect(await saidOf("import x from './nope.ts';", { message: gone, code: NOT_FOUND })).toBe(
      'agents/bad.ts:1: There is no file ./nope.ts. Write the file, or take the import out.',
    );
  });

  it('a package that is not installed', async () => {
    const message = `Cannot find package 'left-pad' imported from ${fileOf('bad.ts')}`;
    expect(await saidOf("\nimport x from 'left-pad';", { message, code: NOT_FOUND })).toBe(
      'agents/bad.ts:2: The package left-pad is not installed: run npm install left-pad.',
    );
  });

  it.each([
    ['defineAgnt', 'Did you mean defineAgent?'],
    ['Agent', 'If it is a type, write import type { Agent }.'],
  ])('a name that a module does not have: %s', async (name, hint) => {
    const message = `The requested module 'ballast' does not provide an export named '${name}'`;
    const stack = `${pathToFileURL(fileOf('bad.ts')).href}:1`;
    expect(await saidOf('', { name: 'SyntaxError', message, stack })).toBe(
      `agents/bad.ts:1: 'ballast' has no ${name}. ${hint}`,
    );
  });

  it('JSON without its attribute, by whoever imports it', async () => {
    writeFileSync(fileOf('data.json'), '{}');
    const message = `Module "${pathToFileURL(fileOf('data.json')).href}" needs an import attribute of "type: json"`;
    expect(await saidOf("\n\nimport data from './data.json';", { name: 'TypeError', message })).toBe(
      "agents/bad.ts:3: JSON is imported with { type: 'json' } behind its path.",
    );
  });

  it('a mistake in JavaScript, of which Node names no line', async () => {
    writeFileSync(fileOf('worse.js'), 'export const a = 1;\nexport const b = { x: , };\n');
    expect(await saidOf('', { name: 'SyntaxError', message: "Unexpected token ','" })).toBe(
      "agents/worse.js:2: Unexpected token ',' (SyntaxError).",
    );
    rmSync(fileOf('worse.js'));
  });

  it('an enum, which cannot be left out of the code', async () => {
    const message = 'TypeScript enum is not supported in strip-only mode';
    expect(await saidOf('', { name: 'SyntaxError', message, stack: at(2) })).toBe(
      `agents/bad.ts:2: ${message} (SyntaxError). Write a union of literals instead.`,
    );
  });

  it('what throws no Error', async () => {
    expect((await loadingFailed('agents/index.ts', 'no', directory)).message).toBe(
      'agents/index.ts: It throws a string: throw new Error(…) instead.',
    );
  });
});

describe('what has said all', () => {
  it('is told in its own words: a definition, which names its place, and a wrong variable', async () => {
    const error = new DefinitionError('agents/support.ts:12: support: maxTurns is not an option.');
    expect((await loadingFailed('agents/index.ts', error, directory)).message).toBe(error.message);
    const plain = new Error('MAX_RETRIES must be a number.');
    expect((await loadingFailed('lib/app/app.ts', plain, directory)).message).toBe(plain.message);
  });

  it('is told at the place that threw where no file of the user is in the stack', async () => {
    const error = new TypeError('no');
    error.stack = 'TypeError: no\n    at own (file:///srv/functions/health.ts:3:1)';
    expect((await loadingFailed('functions/x.ts', error, directory)).message).toBe(
      'functions/health.ts:3: no (TypeError).',
    );
  });
});
