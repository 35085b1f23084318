import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';
import { noFloatMoney } from './scripts/no-float-money.js';

const noAmbient = [
  { object: 'Date', property: 'now', message: 'The clock is passed in; lib/app/app.ts alone reads it.' },
  { object: 'Math', property: 'random', message: 'Chance is passed in; lib/app/app.ts alone reads it.' },
  { object: 'process', property: 'env', message: 'lib/app/app.ts alone reads the environment.' },
];

export default tseslint.config(
  { ignores: ['node_modules/', 'dist/', '.serverless/', '.ballast/', 'coverage/'] },
  eslint.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
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
      'no-restricted-syntax': [
        'error',
        { selector: "CallExpression[callee.name='eval']", message: 'No eval.' },
        { selector: "NewExpression[callee.name='Function']", message: 'No eval.' },
      ],
      eqeqeq: 'error',
    },
  },
  {
    files: ['lib/**/*.ts', 'functions/**/*.ts', 'agents/**/*.ts'],
    ignores: ['lib/app/app.ts'],
    rules: {
      'no-restricted-properties': ['error', ...noAmbient],
      'no-restricted-syntax': [
        'error',
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'The clock is passed in.' },
        { selector: "CallExpression[callee.name='eval']", message: 'No eval.' },
        { selector: "NewExpression[callee.name='Function']", message: 'No eval.' },
        { selector: "CallExpression[callee.name='setTimeout']", message: 'Timers come from the clock.' },
      ],
      'no-console': 'error',
    },
  },
  {
    files: ['agents/**/*.ts', 'functions/**/*.ts', 'lib/**/*.ts', 'local/**/*.ts', 'scripts/**/*.ts'],
    // Metrics are floats by nature, and nobody is billed by them. The bigints of base 62 are digits of keys.
    ignores: ['lib/telemetry/measure.ts', 'lib/tenants/base62.ts'],
    plugins: { money: { rules: { 'no-float': noFloatMoney } } },
    rules: { 'money/no-float': 'error' },
  },
  { files: ['**/*.js', '**/*.mjs'], ...tseslint.configs.disableTypeChecked },
);
