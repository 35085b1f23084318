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

interface Kind {
  readonly kind: string;
  readonly unheld: boolean;
  readonly writes: number;
}
const KINDS: readonly Kind[] = [
  /** Reserved with the tenant, the key and the user; the record; settled with the key, the user and the tenant. */
  { kind: 'a call', unheld: false, writes: 7 },
  /** Refused by the tenant, noted; the record; added in three accounts, its note and its three marks taken away. */
  { kind: 'a call that nobody holds', unheld: true, writes: 10 },
];
const LASTS_MS = [100, 1_000, 10_000];
const TABLES = ['the ledger', 'all tables'];
const CASES = KINDS.flatMap((of) =>
  Object.keys(WAYS).flatMap((way) =>
    TABLES.flatMap((tables) => LASTS_MS.map((lastsMs) => ({ ...of, way, tables, lastsMs }))),
  ),
);
/** The longest call, its margin, and as long as anything of it could arrive. */
const SWEPT_MS = 40 * 60_000;

describe('a store that fails', () => {
  it.each(CASES)(
    'for $lastsMs ms at each write of $kind ($way; $tables) leaves the books at the bill within a minute',
    async ({ unheld, writes, way, tables, lastsMs }) => {
      for (let write = 0; write < writes; write += 1)
        for (let seed = 1; seed <= size(1, 10); seed += 1) {
          let requests = 0;
          let endsAt = Number.POSITIVE_INFINITY;
          let billed = 0n;
          const ledger = openLedger({
            seed,
            unheld,
            async between(send, table, wait) {
              if (requests === write) endsAt = ledger.clock.now() + lastsMs;
              requests += 1;
              const fails =
                requests > write && ledger.clock.now() < endsAt && (table === 'ledger' || tables !== 'the ledger');
              return fails ? WAYS[way]?.(send, table, wait) : send();
            },
          });
          if (unheld) await ledger.begin();
          const calling = ledger.call();
          void calling.then(({ outcome }) => {
            billed = outcome.ok ? BILL : 0n;
          });
          await ledger.clock.runUntil(ledger.clock.now() + 20_000);
          const { outcome, at } = await calling;
          await ledger.clock.runUntil(at + 60_100);
          const said = JSON.stringify({ write, seed, ok: outcome.ok, events: ledger.events.map(({ type }) => type) });
          const books = await ledger.books();
          const expected = (marks: unknown) =>
            Array.from({ length: 3 }, () => ({ spent: billed, open: 0, counter: 0, marks }));
          expect(books.standing, said).toEqual(expected(unheld ? expect.any(Number) : 0));
          expect(books.recorded, said).toEqual(billed);
          // What nobody holds may be noted until nothing of it can arrive any more.
          if (unheld) await ledger.clock.runUntil(at + SWEPT_MS);
          const { standing, parked } = unheld ? await ledger.books() : books;
          expect([standing, parked], said).toEqual([expected(0), 0]);
          const unsure = ledger.events.filter(({ type }) => type === 'usage.unrecorded' || type === 'budget.unsettled');
          expect(unsure, said).toEqual([]);
        }
    },
  );
});

describe('the note of a call that nobody holds', () => {
  const throttled = () => answered(400, 'ProvisionedThroughputExceededException');
  it.each<[what: string, fail: () => Error, forMs: number, isAnswered: boolean]>([
    ['throttled once', throttled, 1, true],
    ['throttled for a second', throttled, 1_000, true],
    ['throttled for longer than it is tried', throttled, 30_000, false],
    // Sent again it might arrive twice, the second time when the call is over.
    ['not answered, and may arrive yet', () => unanswered('ETIMEDOUT'), 1, false],
  ])('that is %s: the call is answered, or refused in time and on no books', async (_what, fail, forMs, isAnswered) => {
    let endsAt = 0;
    const ledger = openLedger({
      unheld: true,
      async between(send, table) {
        if (table === 'ledger') return send();
        endsAt ||= ledger.clock.now() + forMs;
        if (ledger.clock.now() < endsAt) throw fail();
        return send();
      },
    });
    await ledger.begin();
    const began = ledger.clock.now();
    const calling = ledger.call();
    await ledger.clock.runUntil(began + 40_000);
    const { outcome, at } = await calling;
    if (isAnswered) expect(outcome.ok).toBe(true);
    else expect(outcome).toMatchObject({ fault: { error: { code: 'store-unavailable', retryAfterMs: 1_000 } } });
    expect(at - began).toBeLessThan(6_000);
    await ledger.clock.runUntil(began + SWEPT_MS);
    const spent = isAnswered ? BILL : 0n;
    expect(await ledger.books()).toEqual({
      standing: Array.from({ length: 3 }, () => ({ spent, open: 0, counter: 0, marks: 0 })),
      recorded: spent,
      parked: 0,
    });
  });
});
