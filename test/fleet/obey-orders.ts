import { flushCompileCache } from 'node:module';
import { createInterface } from 'node:readline';

/**
 * The other side of `startProcess`: says that it is ready, then answers each order, a line of JSON, by one line; one
 * after the other, or as they end (`overtaking`).
 */
export const obeyOrders = async <Order, Told>(
  obey: (order: Order) => Promise<Told>,
  { overtaking = false } = {},
): Promise<void> => {
  const say = (told: unknown) => console.log(JSON.stringify(told));
  say('ready');
  // Kept now: it is killed, and the next one would have to compile everything again.
  flushCompileCache();
  for await (const line of createInterface({ input: process.stdin })) {
    const answered = obey(JSON.parse(line) as Order).then(say);
    if (!overtaking) await answered;
  }
};
