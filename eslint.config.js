import { defineConfig } from 'eslint/config';
import simpleImportSort from 'eslint-plugin-simple-import-sort';
import tseslint from 'typescript-eslint';
import { DEPLOYED, UNDEPLOYED } from './oxlint.config.ts';
import { noFloatMoney } from './scripts/no-float-money.js';

const noAmbientSyntax = [
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'The clock is passed in.' },
  { selector: 'CallExpression[callee.name=/^set(Timeout|Interval)$/]', message: 'Timers come from the clock.' },
];
const noEval = [
  { selector: "CallExpression[callee.name='eval']", message: 'No eval.' },
  { selector: "NewExpression[callee.name='Function']", message: 'No eval.' },
];

const noSpreadLiteral = {
  selector: 'ObjectExpression > SpreadElement > ObjectExpression',
  message: 'Write the members; a literal is no way to keep lines short.',
};

/** One block without blank lines: Node's modules, packages, then files from far to near. */
const IMPORT_GROUPS = [['^\\u0000', '^node:', '^@?\\w', '^', '^\\.']];

/** What Oxlint (`oxlint.config.ts`) lacks, or says of right code. */
export default defineConfig(
  { ignores: ['node_modules/', 'dist/', '.serverless/', '.ballast/', 'coverage/'] },
  { files: ['**/*.{ts,tsx,mts,cts}'], languageOptions: { parser: tseslint.parser } },
  {
    plugins: { 'simple-import-sort': simpleImportSort },
    rules: {
      'no-dupe-args': 'error',
      'no-octal': 'error',
      'no-restricted-syntax': ['error', ...noEval, noSpreadLiteral],
      'no-unsafe-optional-chaining': 'error',
      'no-useless-assignment': 'error',
      'simple-import-sort/imports': ['error', { groups: IMPORT_GROUPS }],
      'simple-import-sort/exports': 'error',
    },
  },
  {
    files: DEPLOYED,
    ignores: ['lib/app/app.ts', ...UNDEPLOYED],
    rules: { 'no-restricted-syntax': ['error', ...noEval, noSpreadLiteral, ...noAmbientSyntax] },
  },
  {
    files: [...DEPLOYED, 'local/**/*.ts', 'scripts/**/*.ts'],
    // Metrics are floats by nature, and nobody is billed by them.
    ignores: ['lib/telemetry/metrics/measure.ts', ...UNDEPLOYED],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    plugins: { money: { rules: { 'no-float': noFloatMoney } } },
    rules: { 'money/no-float': 'error' },
  },
);
