import { describe, expect, it, vi } from 'vitest';
import { answered, unanswered } from '../dynamodb/faulty-client.ts';
import { size } from '../sizes.ts';
import { type Between, BILL, openLedger } from './failing-ledger.ts';

vi.setConfig({ testTimeout: 600_000 });

/** What a store that fails does to one request. */
const WAYS: Readonly<Record<string, Between>> = {
  'a 500, nothing done': () => Promise.reject(answered(500, 'InternalServerError')),
  'a 500, though it was done': async (send) => {
    send();
    throw answered(500, 'InternalServerError');
  },
  'silence, nothing done': async (_send, _table, wait) => {
    await wait(2_000);
    throw Object.assign(unanswered('ETIMEDOUT'), { name: 'TimeoutError' });
  },
  'silence, though it was done': async (send, _table, wait) => {
    send();
    await wait(2_000);
    throw Object.assign(unanswered('ETIMEDOUT'), { name: 'TimeoutError' });
  },
  'silence, and done when nobody waits any more': async (send, _table, wait) => {
    await wait(2_000);
    void wait(3_000)
      .then(send)
      .catch(() => undefined);
    throw Object.assign(unanswered('ETIMEDOUT'), { name: 'TimeoutError' });
  },
  'a throttle': () => Promise.reject(answered(400, 'ProvisionedThroughputExceededException')),
};

/** Reserved with the tenant, the key and the user; the record; settled with the key, the user and the tenant. */
const WRITES = 7;
const LASTS_MS = [100, 1_000, 10_000];
const TABLES = ['the ledger', 'all tables'];
const CASES = Object.keys(WAYS).flatMap((way) =>
  TABLES.flatMap((tables) => LASTS_MS.map((lastsMs) => ({ way, tables, lastsMs }))),
);

describe('a store that fails', () => {
  it.each(CASES)(
    'for $lastsMs ms at each write of a call ($way; $tables) leaves the books at the bill within a minute',
    async ({ way, tables, lastsMs }) => {
      for (let write = 0; write < WRITES; write += 1)
        for (let seed = 1; seed <= size(1, 10); seed += 1) {
          let requests = 0;
          let endsAt = Number.POSITIVE_INFINITY;
          let billed = 0n;
          const ledger = openLedger({
            seed,
            async between(send, table, wait) {
              if (requests === write) endsAt = ledger.clock.now() + lastsMs;
              requests += 1;
              const fails =
                requests > write && ledger.clock.now() < endsAt && (table === 'ledger' || tables !== 'the ledger');
              return fails ? WAYS[way]?.(send, table, wait) : send();
            },
          });
          const calling = ledger.call();
          void calling.then(({ outcome }) => {
            billed = outcome.ok ? BILL : 0n;
          });
          await ledger.clock.runUntil(ledger.clock.now() + 20_000);
          const { outcome, at } = await calling;
          await ledger.clock.runUntil(at + 60_100);
          const said = JSON.stringify({ write, seed, ok: outcome.ok, events: ledger.events.map(({ type }) => type) });
          const { standing, recorded, parked } = await ledger.books();
          expect(standing, said).toEqual(Array.from({ length: 3 }, () => ({ spent: billed, open: 0, counter: 0 })));
          expect([recorded, parked], said).toEqual([billed, 0]);
          const unsure = ledger.events.filter(({ type }) => type === 'usage.unrecorded' || type === 'budget.unsettled');
          expect(unsure, said).toEqual([]);
        }
    },
  );
});
