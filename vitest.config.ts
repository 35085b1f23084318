import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Where the tests of Ballast start a stage, its agents are theirs, whatever stands in `agents/`: see package.json.
  resolve: { alias: { '#agents': fileURLToPath(import.meta.resolve('./test/sample-agents/index.ts')) } },
  test: {
    include: ['test/**/*.test.ts', 'agents/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    // An unhandled rejection fails the run; so does a file without a test.
    dangerouslyIgnoreUnhandledErrors: false,
    passWithNoTests: false,
    // They only end what hangs: no verdict hangs on the time that a busy machine takes.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 240_000 } },
    // Two cores: more workers only wait for each other.
    maxWorkers: 2,
  },
});
