import { existsSync } from 'node:fs';
import { defineConfig } from 'oxlint';

/** A test of an agent stands beside it. */
export const UNDEPLOYED = ['agents/**/*.test.ts'];
export const DEPLOYED = ['agents/**/*.ts', 'functions/**/*.ts', 'lib/**/*.ts'];

/** The environment, the clock and chance are passed in: `lib/app/app.ts` alone reads them. */
const noAmbient = [
  { object: 'Date', property: 'now', message: 'The clock is passed in; lib/app/app.ts alone reads it.' },
  { object: 'performance', property: 'now', message: 'The clock is passed in; lib/app/app.ts alone reads it.' },
  { object: 'Math', property: 'random', message: 'Chance is passed in; lib/app/app.ts alone reads it.' },
  { object: 'process', property: 'env', message: 'lib/app/app.ts alone reads the environment.' },
];

/** Without its packages, its types are not known. */
const uninstalled = existsSync(`${import.meta.dirname}/test/full/node_modules/.installed`) ? [] : ['test/full/'];

/** All that ESLint recommends, with and without types, but what is left to `eslint.config.js`; see `test/planted-defects.ts`. */
export default defineConfig({
  ignorePatterns: ['node_modules/', 'dist/', '.serverless/', '.ballast/', 'coverage/', ...uninstalled],
  options: { typeAware: true, denyWarnings: true, reportUnusedDisableDirectives: 'error' },
  plugins: ['typescript'],
  categories: { correctness: 'error' },
  rules: {
    eqeqeq: 'error',
    'no-array-constructor': 'error',
    'no-case-declarations': 'error',
    'no-empty': 'error',
    'no-fallthrough': 'error',
    'no-prototype-builtins': 'error',
    'no-regex-spaces': 'error',
    'no-unexpected-multiline': 'error',
    'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    'no-var': 'error',
    'prefer-const': 'error',
    'prefer-rest-params': 'error',
    'prefer-spread': 'error',
    'preserve-caught-error': 'error',
    'typescript/ban-ts-comment': 'error',
    'typescript/consistent-type-imports': 'error',
    'typescript/no-empty-object-type': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/no-namespace': 'error',
    'typescript/no-require-imports': 'error',
    'typescript/no-unnecessary-type-assertion': 'error',
    'typescript/no-unnecessary-type-constraint': 'error',
    'typescript/no-unsafe-enum-comparison': 'error',
    'typescript/no-unsafe-function-type': 'error',
    'typescript/only-throw-error': 'error',
    'typescript/restrict-plus-operands': 'error',
    'typescript/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    // What nobody recommends but Oxlint, and ESLint's own rule sees more exactly.
    'no-unsafe-optional-chaining': 'off',
    'typescript/no-misused-spread': 'off',
    'typescript/no-useless-default-assignment': 'off',
    'typescript/require-array-sort-compare': 'off',
  },
  overrides: [
    {
      files: ['**/*.{ts,tsx,mts,cts}'],
      rules: {
        'typescript/no-unsafe-argument': 'error',
        'typescript/no-unsafe-assignment': 'error',
        'typescript/no-unsafe-call': 'error',
        'typescript/no-unsafe-member-access': 'error',
        'typescript/no-unsafe-return': 'error',
      },
    },
    { files: ['**/*.{js,mjs,cjs}'], rules: { 'no-redeclare': 'error', 'no-undef': 'error' } },
    {
      files: DEPLOYED,
      excludeFiles: ['lib/app/app.ts', ...UNDEPLOYED],
      rules: { 'no-console': 'error', 'no-restricted-properties': ['error', ...noAmbient] },
    },
    {
      files: [...DEPLOYED, 'local/**/*.ts', 'pages/**/*.ts', 'scripts/**/*.ts', 'testing/**/*.ts'],
      rules: { 'max-lines': ['error', 200] },
    },
  ],
});
