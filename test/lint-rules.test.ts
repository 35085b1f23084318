import path from 'node:path';
import { ESLint, Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');

/** Rules that need no types, so that a line is judged in no time. */
const UNTYPED = ['max-lines', 'no-restricted-properties', 'no-restricted-syntax', 'simple-import-sort/imports'];

/** What the project's own rules find in a file of this name and text. */
const findings = async (file: string, text: string): Promise<string[]> => {
  const config = (await new ESLint({ cwd: root }).calculateConfigForFile(path.join(root, file))) as Linter.Config;
  const rules = Object.fromEntries(Object.entries(config.rules ?? {}).filter(([name]) => UNTYPED.includes(name)));
  const { plugins = {} } = config;
  return new Linter()
    .verify(
      text,
      { files: ['**/*.ts'], languageOptions: { parser: tseslint.parser }, plugins, rules },
      { filename: file },
    )
    .map(({ ruleId }) => ruleId ?? 'no rule');
};

it.each([
  ['reads the clock', 'lib/budget/x.ts', 'export const at = Date.now();'],
  ['reads the clock by a new date', 'lib/budget/x.ts', 'export const at = new Date();'],
  ['reads the monotonic clock', 'agents/x.ts', 'export const at = performance.now();'],
  ['throws dice', 'lib/retry/x.ts', 'export const chance = Math.random();'],
  ['sets a timer', 'functions/x.ts', 'setTimeout(() => {}, 1);'],
  ['reads the environment', 'lib/app/stores.ts', "export const name = process.env['NAME'];"],
])('code that %s outside lib/app/app.ts is refused', async (_title, file, text) => {
  expect(await findings(file, text)).toHaveLength(1);
  expect(await findings('lib/app/app.ts', text)).toEqual([]);
});

it('members of an object are written, not spread from a literal', async () => {
  expect(await findings('test/x.ts', 'export const b = (a: object) => ({ ...a, ...{ b: 1 } });')).toEqual([
    'no-restricted-syntax',
  ]);
  expect(await findings('test/x.ts', 'export const b = (a: object | null) => ({ ...a, ...(a && { b: 1 }) });')).toEqual(
    [],
  );
});

it('a file of more than 200 lines is refused, and imports out of order are', async () => {
  const lines = (count: number) => '// a line\n'.repeat(count - 1) + '// the last';
  expect(await findings('lib/x.ts', lines(201))).toEqual(['max-lines']);
  expect(await findings('lib/x.ts', lines(200))).toEqual([]);
  const imports = ["import path from 'node:path';", "import { b } from '../b.ts';", "import { a } from './a.ts';"];
  expect(await findings('lib/x.ts', `${imports.join('\n')}\n`)).toEqual([]);
  expect(await findings('lib/x.ts', `${imports.toReversed().join('\n')}\n`)).toEqual(['simple-import-sort/imports']);
});
