import { existsSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { namesSkipped } from './test/names-skipped.ts';

/**
 * Files that need a process of their own: any that changes what is the whole process’s, as its environment or a global, and
 * those that fill hundreds of megabytes with a compiler. The others share one process per worker: to start one and to load all
 * modules anew costs more than the tests of most files. A file that is missing here fails: `test/shared-process.ts`.
 */
const ISOLATED = [
  'test/privilege/{least-privilege,no-options}.test.ts',
  'test/template/build.test.ts',
  'test/durable-run/worker/linear-replay.test.ts',
  'test/telemetry/{app-hooks,agent-log-level}.test.ts',
  'test/full/*.test.ts',
  'test/{lint-rules,money-lint,recommended-rules}.test.ts',
];

/** The packages of `test/full` are installed by `npm test`, and by `npm run test:packages`; without them its tests are left out. */
const NEVER = ['**/node_modules/**', ...(existsSync('test/full/node_modules/.installed') ? [] : ['test/full/**'])];

export default defineConfig({
  // Where the tests of Ballast start a stage, its agents are theirs, whatever stands in `agents/`: see package.json.
  resolve: { alias: { '#agents': fileURLToPath(import.meta.resolve('./test/sample-agents/index.ts')) } },
  test: {
    setupFiles: ['test/setup.ts'],
    reporters: [
      'default',
      ...(process.env['GITHUB_ACTIONS'] === 'true' ? ['github-actions'] : []),
      namesSkipped((text) => process.stderr.write(text)),
    ],
    // An unhandled rejection fails the run; so does a file without a test.
    dangerouslyIgnoreUnhandledErrors: false,
    passWithNoTests: false,
    // They only end what hangs: no verdict hangs on the time that a busy machine takes.
    testTimeout: 1_200_000,
    hookTimeout: 1_200_000,
    // Looking too often is work that what is waited for has to wait for.
    expect: { poll: { timeout: 900_000, interval: 100 } },
    // Two more than cores: half the time a file waits, for a limit, a pause or a process that starts.
    maxWorkers: availableParallelism() + 2,
    // The programs that tests start find their code compiled, which halves the time until they run.
    env: { NODE_COMPILE_CACHE: path.join(tmpdir(), 'node-compile-cache') },
    projects: [
      {
        extends: true,
        test: {
          name: 'shared',
          include: ['test/**/*.test.ts', 'agents/**/*.test.ts', 'scripts/create/template/**/*.test.ts'],
          exclude: [...ISOLATED, ...NEVER],
          setupFiles: ['test/shared-process.ts'],
          isolate: false,
        },
      },
      {
        extends: true,
        test: { name: 'isolated', include: ISOLATED, exclude: NEVER },
      },
    ],
  },
});
