import path from 'node:path';
import eslint from '@eslint/js';
import { ESLint, Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { expect, it } from 'vitest';
import { oxlint } from './oxlint.ts';
import { BY_ESLINT, IN_JAVASCRIPT, IN_SCRIPTS, IN_TYPESCRIPT } from './planted-defects.ts';

const root = path.resolve(import.meta.dirname, '..');

type Rules = Readonly<Record<string, unknown>>;

const isOn = ([, setting]: [string, unknown]): boolean =>
  ![setting].flat().some((each) => each === 'off' || each === 0);

/** The rules that are on once each of these settings has replaced those before it. */
const on = (...settings: readonly { readonly rules?: object | undefined }[]): string[] =>
  Object.entries(Object.assign({}, ...settings.map(({ rules }) => rules)) as Rules)
    .filter(isOn)
    .map(([name]) => name);

const TYPED = tseslint.configs.recommendedTypeChecked;

/** Recommended, for JavaScript or for TypeScript. */
const RECOMMENDED = new Set([
  ...on(eslint.configs.recommended, ...TYPED.filter((each) => !('files' in each))),
  ...on(eslint.configs.recommended, ...TYPED),
]);

const NOT_HERE = ['@typescript-eslint/prefer-promise-reject-errors', '@typescript-eslint/require-await'];

const ALSO_HERE = [
  '@typescript-eslint/consistent-type-imports',
  '@typescript-eslint/switch-exhaustiveness-check',
  'eqeqeq',
  'max-lines',
  'no-console',
  'no-restricted-properties',
];

const DEFECTS = [
  ...Object.entries(IN_TYPESCRIPT).map(([rule, text]) => ({ rule, file: fileOf(rule, 'ts'), text })),
  ...Object.entries(IN_JAVASCRIPT).map(([rule, text]) => ({ rule, file: fileOf(rule, 'js'), text })),
  ...Object.entries(IN_SCRIPTS).map(([rule, text]) => ({ rule, file: fileOf(rule, 'cjs'), text })),
];

function fileOf(rule: string, extension: string): string {
  return `lib/${rule.replace('@typescript-eslint/', 'typed-')}.${extension}`;
}

const nameOf = (rule: string): string => rule.replace('@typescript-eslint/', '');

it('a defect is planted for each rule that is recommended, and for each that is set here besides', () => {
  const planted = [IN_TYPESCRIPT, IN_JAVASCRIPT, IN_SCRIPTS, BY_ESLINT].flatMap((defects) => Object.keys(defects));
  const wanted = [...RECOMMENDED].filter((rule) => !NOT_HERE.includes(rule)).concat(ALSO_HERE);
  expect(planted.toSorted()).toEqual(wanted.toSorted());
});

it('Oxlint finds each of them', async () => {
  const found = await oxlint(Object.fromEntries(DEFECTS.map(({ file, text }) => [file, text])));
  const rulesOf = (file: string) => (found[file] ?? []).map((code) => code.replace(/^\w+\((.+)\)$/, '$1'));
  expect(DEFECTS.filter(({ rule, file }) => !rulesOf(file).includes(nameOf(rule)))).toEqual([]);
});

it('ESLint finds those that are left to it', async () => {
  const config = async (file: string) =>
    (await new ESLint({ cwd: root }).calculateConfigForFile(path.join(root, file))) as Linter.Config;
  const [{ rules: inTypescript = {} }, { rules: inScripts = {} }] = [await config('test/x.ts'), await config('x.cjs')];
  for (const [rule, text] of Object.entries(BY_ESLINT)) {
    const isScript = text.startsWith('exports.');
    const found = new Linter().verify(text, {
      languageOptions: isScript ? { sourceType: 'commonjs' } : { parser: tseslint.parser },
      rules: { [rule]: (isScript ? inScripts : inTypescript)[rule] ?? 'off' },
    });
    expect(found).toEqual([expect.objectContaining({ ruleId: rule })]);
  }
});
