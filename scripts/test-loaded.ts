import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';

/*
 * Runs the tests again and again beside threads that never rest: on a busy machine they take longer, and no verdict changes.
 * Takes files as vitest does. Fails where one of the runs does.
 */

const { values, positionals } = parseArgs({
  options: { runs: { type: 'string', default: '10' }, loops: { type: 'string', default: '8' } },
  allowPositionals: true,
});
const root = resolve(import.meta.dirname, '..');
const vitest = resolve(root, 'node_modules/vitest/vitest.mjs');

const loops = Array.from({ length: Number(values.loops) }, () => new Worker('for (;;);', { eval: true }));
let failed = 0;
for (let run = 1; run <= Number(values.runs); run += 1) {
  const startedAt = performance.now();
  const { status } = spawnSync(process.execPath, [vitest, 'run', '--reporter=dot', ...positionals], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) failed += 1;
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0);
  console.log(
    `Run ${run} of ${values.runs}, beside ${values.loops} busy loops: ${seconds} s, ${failed} failed so far.`,
  );
}
await Promise.all(loops.map((loop) => loop.terminate()));
if (failed > 0) process.exitCode = 1;
