import path from 'node:path';
import { ESLint, Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';
import { virtualProgram } from './virtual-program.ts';

const root = path.resolve(import.meta.dirname, '..');
const eslint = new ESLint({ cwd: root });
const RULE = 'money/no-float';

const HEAD = [
  "import { parseUsd, type PicoUsd } from '../kernel/money.ts';",
  'declare const cost: PicoUsd;',
  'declare const rate: PicoUsd;',
  'declare const record: { readonly spent: PicoUsd; readonly costUsd: string; readonly tokens: number };',
];

const FLOATS = {
  'an amount': 'Number(cost)',
  'an amount in another unit': 'Number(cost / 1_000_000n)',
  'a sum': 'Number(cost + rate) / 1e12',
  'a field': 'Number(record.spent)',
  'an amount that may be missing': '(b: PicoUsd | null) => Number(b)',
  'a fresh amount': "Number(parseUsd('1'))",
  'a bigint that was money': 'Number(cost + 0n)',
  'dollars as text': 'Number(record.costUsd)',
  'dollars as text, by parseFloat': 'parseFloat(record.costUsd)',
  'dollars as text, by Number.parseFloat': 'Number.parseFloat(record.costUsd)',
  'dollars as text, by a sign': '+record.costUsd',
  'a field by its name in brackets': "Number(record['costUsd'])",
  'a type of a field': 'null as { readonly costUsd: number } | null',
  'a type of a field that may be missing': 'null as { readonly limitUsd?: number | null } | null',
  'a parameter': '(spent: number) => [spent]',
  'a variable': '() => { const totalCost = record.tokens * 2; return totalCost; }',
  'a value': '({ priceUsd: 0.1 })',
};

const EXACT = {
  'exact arithmetic': 'cost * 2n + rate',
  'a count of affordable tokens': 'Number((cost - rate) / rate)',
  'other numbers': "[Number('12'), +'3', parseFloat('1.5'), Number(record.tokens)]",
  'permits of a rate limit': '({ cost: 1 })',
  'dollars as text, and amounts': 'null as { readonly costUsd: string; readonly spent: PicoUsd | null } | null',
};

/** Which of the snippets the project's own rule calls a float, when they stand in the place of an existing file. */
const found = async (snippets: Readonly<Record<string, string>>, file: string): Promise<string[]> => {
  const lines = Object.values(snippets).map((code, line) => `export const value${line} = ${code};`);
  const text = [...HEAD, ...lines].join('\n');
  const filename = path.join(root, file);
  const { rules, plugins } = (await eslint.calculateConfigForFile(filename)) as Linter.Config;
  const messages = new Linter({ cwd: root }).verify(
    text,
    {
      files: ['**/*.ts'],
      // The rule asks for types: of a program of this file alone, not of the whole project.
      languageOptions: {
        parser: tseslint.parser,
        parserOptions: { programs: [virtualProgram(new Map([[file, text]]))], tsconfigRootDir: root },
      },
      plugins: plugins ?? {},
      rules: { [RULE]: rules?.[RULE] ?? 'off' },
    },
    { filename },
  );
  expect(messages.filter(({ ruleId }) => ruleId !== RULE)).toEqual([]);
  const hits = new Set(messages.map(({ line }) => line - HEAD.length - 1));
  return Object.keys(snippets).filter((_, line) => hits.has(line));
};

describe('a float in the place of money', () => {
  it('is found in each form', async () => {
    expect(await found(FLOATS, 'lib/pricing/pricing.ts')).toEqual(Object.keys(FLOATS));
  });

  it('is not seen where there is none', async () => {
    expect(await found(EXACT, 'lib/pricing/pricing.ts')).toEqual([]);
  });

  it('is allowed where metrics are measured', async () => {
    expect(await found(FLOATS, 'lib/telemetry/metrics/measure.ts')).toEqual([]);
  });

  it.each(['lib/telemetry/events.ts', 'functions/health.ts', 'agents/index.ts', 'local/main.ts', 'scripts/build.ts'])(
    'is refused in %s',
    async (file) => {
      const { rules } = (await eslint.calculateConfigForFile(path.join(root, file))) as { rules: object };
      expect(rules).toHaveProperty([RULE], [2]);
    },
  );
});
