import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Random } from '../../lib/kernel/clock.ts';
import { pico, type PicoUsd } from '../../lib/kernel/money.ts';
import { AMOUNT } from './parts.ts';

/** An upstream whose log is the bill. */
export interface BillingUpstream {
  readonly url: string;
  /** By attempt. */
  readonly billed: ReadonlyMap<string, PicoUsd>;
  /** Resolves when it has billed so many more attempts. */
  after(calls: number): Promise<void>;
  stop(): Promise<void>;
}

/** Bills each attempt at a random amount within its reservation as soon as it is asked, and answers some turns later. */
export const startBillingUpstream = async (random: Random): Promise<BillingUpstream> => {
  const billed = new Map<string, PicoUsd>();
  const waiting = new Set<{ readonly at: number; readonly resolve: () => void }>();
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const attemptId = await text(request);
    const cost = pico((AMOUNT * BigInt(Math.floor(random() * 1_000_003))) / 1_000_003n);
    if (billed.has(attemptId)) response.statusCode = 409;
    else billed.set(attemptId, cost);
    for (const waiter of waiting) if (billed.size >= waiter.at && waiting.delete(waiter)) waiter.resolve();
    for (let turns = Math.floor(random() * 20); turns > 0; turns -= 1) await nextTurn();
    response.end(String(cost));
  };
  // A caller that is killed while it asks has been billed as soon as its attempt was read, and never before.
  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    billed,
    after: (calls) => new Promise((resolve) => waiting.add({ at: billed.size + calls, resolve })),
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};
