/**
 * Loaded into the local server before its own first file (`--expose-gc --import`): on any message from the bench it
 * collects what can be collected and answers with what the process then holds.
 */
import { setTimeout as pause } from 'node:timers/promises';

/** For what a collection leaves to the next turns: finalizers, and pages that are given back from another thread. */
const SETTLE_MS = 200;

const collect = async (): Promise<void> => {
  for (let time = 0; time < 3; time += 1) {
    globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    await pause(SETTLE_MS);
  }
};

process.on('message', () => {
  void collect().then(() => process.send?.(process.memoryUsage()));
});
// Neither is the bench what keeps the server running, nor does the server outlive a bench that was killed.
process.channel?.unref();
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
