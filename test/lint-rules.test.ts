import path from 'node:path';
import { ESLint, Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { beforeAll, describe, expect, it } from 'vitest';
import { oxlint } from './oxlint.ts';

const root = path.resolve(import.meta.dirname, '..');

/** Rules that need no types, so that a line is judged in no time. */
const UNTYPED = ['no-restricted-syntax', 'simple-import-sort/imports', 'simple-import-sort/exports'];

/** What the project's own rules of ESLint find in a file of this name and text. */
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
  ['reads the clock by a new date', 'lib/budget/x.ts', 'export const at = new Date();'],
  ['sets a timer', 'functions/x.ts', 'setTimeout(() => {}, 1);'],
  ['sets an interval', 'agents/x.ts', 'setInterval(() => {}, 1);'],
])('code that %s outside lib/app/app.ts is refused', async (_title, file, text) => {
  expect(await findings(file, text)).toEqual(['no-restricted-syntax']);
  expect(await findings('lib/app/app.ts', text)).toEqual([]);
});

it.each([
  ['lib/x.ts', "eval('1');"],
  ['lib/app/app.ts', "eval('1');"],
  ['functions/x.ts', "export const a = new Function('return 1');"],
  ['agents/x.ts', "export const a = new Function('return 1');"],
  ['agents/x.test.ts', "eval('1');"],
  ['test/x.ts', "export const a = new Function('return 1');"],
  ['scripts/x.ts', "eval('1');"],
])('%s has no text run as code', async (file, text) => {
  expect(await findings(file, text)).toEqual(['no-restricted-syntax']);
});

it('members of an object are written, not spread from a literal', async () => {
  expect(await findings('test/x.ts', 'export const b = (a: object) => ({ ...a, ...{ b: 1 } });')).toEqual([
    'no-restricted-syntax',
  ]);
  expect(await findings('test/x.ts', 'export const b = (a: object | null) => ({ ...a, ...(a && { b: 1 }) });')).toEqual(
    [],
  );
});

it('imports out of order are refused, and exports are', async () => {
  const imports = ["import path from 'node:path';", "import { b } from '../b.ts';", "import { a } from './a.ts';"];
  expect(await findings('lib/x.ts', `${imports.join('\n')}\n`)).toEqual([]);
  expect(await findings('lib/x.ts', `${imports.toReversed().join('\n')}\n`)).toEqual(['simple-import-sort/imports']);
  expect(await findings('test/x.ts', "export { b, a } from './a.ts';\n")).toEqual(['simple-import-sort/exports']);
});

describe('Oxlint', () => {
  const AMBIENT = {
    'lib/budget/clock.ts': 'export const at = Date.now();',
    'agents/monotonic.ts': 'export const at = performance.now();',
    'lib/retry/dice.ts': 'export const chance = Math.random();',
    'lib/app/stores.ts': "export const name = process.env['NAME'];",
    'functions/destructured.ts': 'export const { env } = process;',
  };
  const CONSOLE = "console.log('here');";
  const ELSEWHERE = ['lib/app/app.ts', 'agents/x.test.ts', 'local/x.ts', 'test/x.ts'];
  const ambient = `export const all = [Date.now(), performance.now(), Math.random(), process.env];\n${CONSOLE}`;
  const lines = (count: number) => '// a line\n'.repeat(count - 1) + '// the last\n';
  const long = ['agents', 'functions', 'lib', 'local', 'pages', 'scripts', 'testing'].map(
    (folder) => `${folder}/long.ts`,
  );
  const options = {
    'test/unused.ts': 'export const f = (_a: number) => [1];\nconst _b = 1;',
    'test/template.ts': 'export const f = (a: number, b: boolean) => `${a}${b}`;',
    'test/default.ts':
      'export const f = (a: 1 | 2) => {\n  switch (a) {\n    case 1:\n      return 1;\n    default:\n      return 2;\n  }\n};',
    'local/untyped.mjs': "export const a = JSON.parse('{}').b.c();",
  };
  const needless = { 'test/needless.ts': '// oxlint-disable-next-line eqeqeq\nexport const a = 1;' };
  let found: Record<string, string[]>;

  beforeAll(async () => {
    found = await oxlint({
      ...AMBIENT,
      ...options,
      ...needless,
      'lib/console.ts': CONSOLE,
      ...Object.fromEntries(ELSEWHERE.map((file) => [file, ambient])),
      ...Object.fromEntries(long.map((file) => [file, lines(201)])),
      'lib/not-long.ts': lines(200),
      'test/long.ts': lines(201),
    });
  });

  it.each(Object.keys(AMBIENT))('refuses environment, clock and chance in %s', (file) => {
    expect(found[file]).toEqual(['eslint(no-restricted-properties)']);
  });

  it('refuses what is deployed to write to the console', () => {
    expect(found['lib/console.ts']).toEqual(['eslint(no-console)']);
  });

  it.each(ELSEWHERE)('allows all of it in %s', (file) => {
    expect(found[file]).toEqual([]);
  });

  it.each(long)('refuses more than 200 lines in %s', (file) => {
    expect(found[file]).toEqual(['eslint(max-lines)']);
  });

  it('allows 200 lines, and tests as many as they need', () => {
    expect([found['lib/not-long.ts'], found['test/long.ts']]).toEqual([[], []]);
  });

  it.each(Object.keys(options))('allows what is right in %s', (file) => {
    expect(found[file]).toEqual([]);
  });

  it('refuses a comment that silences nothing', () => {
    expect(found['test/needless.ts']).toEqual([expect.stringContaining('Unused oxlint-disable directive')]);
  });
});
