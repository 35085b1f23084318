import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { parseCLI, startVitest } from 'vitest/node';
import { aloneAgain } from './test-alone.ts';

/*
 * Runs the tests, with the arguments of `vitest run`. A file that fails beside others runs once more, alone, and that verdict
 * counts: on a busy machine a file may wait in vain for what would have come. It is told below everything else.
 */

const { filter, options } = parseCLI(['vitest', 'run', ...process.argv.slice(2)]);
const vitest = await startVitest('test', [...filter], options);
const { root } = vitest.config;
const failed = vitest.state.getFailedFilepaths().map((file) => path.relative(root, file));
const isVerdict = filter.length > 0 || vitest.state.getUnhandledErrors().length > 0;
await vitest.close();

const again = isVerdict ? [] : aloneAgain(failed);
if (again.length > 0) {
  console.error(`\nOnce more, each alone: ${again.join(', ')}\n`);
  const runner = path.join(path.dirname(import.meta.dirname), 'node_modules', 'vitest', 'vitest.mjs');
  const stillFail = again.filter(
    (file) =>
      spawnSync(process.execPath, [runner, 'run', '--root', root, file], { cwd: root, stdio: 'inherit' }).status !== 0,
  );
  if (stillFail.length === 0) process.exitCode = 0;
  for (const file of again)
    console.error(
      stillFail.includes(file)
        ? `FAILED TWICE: ${file}`
        : `PASSED ONLY ALONE: ${file}. Something in it waits for less time than a busy machine takes.`,
    );
}
