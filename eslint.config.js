import { existsSync } from 'node:fs';
import eslint from '@eslint/js';
import simpleImportSort from 'eslint-plugin-simple-import-sort';
import tseslint from 'typescript-eslint';
import { noFloatMoney } from './scripts/no-float-money.js';

/** The environment, the clock and chance are passed in: `lib/app/app.ts` alone reads them. */
const noAmbient = [
  { object: 'Date', property: 'now', message: 'The clock is passed in; lib/app/app.ts alone reads it.' },
  { object: 'performance', property: 'now', message: 'The clock is passed in; lib/app/app.ts alone reads it.' },
  { object: 'Math', property: 'random', message: 'Chance is passed in; lib/app/app.ts alone reads it.' },
  { object: 'process', property: 'env', message: 'lib/app/app.ts alone reads the environment.' },
];
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

/** A test of an agent stands beside it. */
const UNDEPLOYED = ['agents/**/*.test.ts'];
const DEPLOYED = ['agents/**/*.ts', 'functions/**/*.ts', 'lib/**/*.ts'];

/** One block without blank lines: Node's modules, packages, then files from far to near. */
const IMPORT_GROUPS = [['^\\u0000', '^node:', '^@?\\w', '^', '^\\.']];

/** Without its packages, its types are not known. */
const uninstalled = existsSync(`${import.meta.dirname}/test/full/node_modules/.installed`) ? [] : ['test/full/'];

export default tseslint.config(
  { ignores: ['node_modules/', 'dist/', '.serverless/', '.ballast/', 'coverage/', ...uninstalled] },
  eslint.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    plugins: { 'simple-import-sort': simpleImportSort },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      'no-restricted-syntax': ['error', ...noEval, noSpreadLiteral],
      'simple-import-sort/imports': ['error', { groups: IMPORT_GROUPS }],
      'simple-import-sort/exports': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: DEPLOYED,
    ignores: ['lib/app/app.ts', ...UNDEPLOYED],
    rules: {
      'no-restricted-properties': ['error', ...noAmbient],
      'no-restricted-syntax': ['error', ...noEval, noSpreadLiteral, ...noAmbientSyntax],
      'no-console': 'error',
    },
  },
  {
    files: [...DEPLOYED, 'local/**/*.ts', 'pages/**/*.ts', 'scripts/**/*.ts', 'testing/**/*.ts'],
    rules: { 'max-lines': ['error', 200] },
  },
  {
    files: [...DEPLOYED, 'local/**/*.ts', 'scripts/**/*.ts'],
    // Metrics are floats by nature, and nobody is billed by them.
    ignores: ['lib/telemetry/measure.ts', ...UNDEPLOYED],
    plugins: { money: { rules: { 'no-float': noFloatMoney } } },
    rules: { 'money/no-float': 'error' },
  },
  { files: ['**/*.js', '**/*.mjs'], ...tseslint.configs.disableTypeChecked },
);
