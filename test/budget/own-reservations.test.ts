import { describe, expect, it } from 'vitest';
import { parseUsd } from '../../lib/kernel/money.ts';
import { fault } from '../../lib/model-call/faults.ts';
import type { Attempt, Outcome } from '../../lib/model-call/types.ts';
import { NO_TOKENS } from '../../lib/usage/record.ts';
import { answered, unanswered } from '../dynamodb/faulty-client.ts';
import { REQUEST } from '../model-call/parts.ts';
import { openLedger } from './failing-ledger.ts';

const refusedWith = (status: number): Outcome => ({
  ok: false,
  fault: fault('rate-limited', { status }),
  metered: { tokens: NO_TOKENS, estimated: null, firstContentMs: null, upstreamRequestId: null },
});

/** Room for one call as it is asked, and not for two. */
const WANTED = { ...REQUEST, max_tokens: 60_000 };

describe('the attempt after a refused one', () => {
  it('finds what that one held back free again, and is not lowered or refused by it', async () => {
    const ledger = openLedger({ between: async (send) => send() });
    const sent: number[] = [];
    const next: Attempt = async (request) => {
      sent.push(request.max_tokens);
      return refusedWith(429);
    };
    const calling = ledger.call({ next });
    await ledger.clock.runUntil(ledger.clock.now() + 1_000);
    const { attempt, context } = await calling;
    const again = Array.from({ length: 5 }, () => null).reduce(
      (before: Promise<unknown>) => before.then(() => attempt(WANTED, context)),
      Promise.resolve(),
    );
    await ledger.clock.runUntil(ledger.clock.now() + 10_000);
    await again;
    expect(sent).toEqual([REQUEST.max_tokens, ...Array.from({ length: 5 }, () => WANTED.max_tokens)]);
    const { standing } = await ledger.books();
    expect(standing.map(({ spent, open }) => [spent, open])).toEqual([0, 1, 2].map(() => [0n, 0]));
  });
});

describe('a reservation', () => {
  it('that is throttled is written no second time, and refused with the time to wait', async () => {
    let updates = 0;
    const ledger = openLedger({
      between: async (send, table) => {
        if (table !== 'ledger') return send();
        updates += 1;
        throw answered(400, 'ThrottlingException');
      },
    });
    const calling = ledger.call();
    await ledger.clock.runUntil(ledger.clock.now() + 50_000);
    const { outcome } = await calling;
    expect(outcome).toMatchObject({ ok: false, fault: { error: { code: 'store-unavailable', retryAfterMs: 1_000 } } });
    expect(updates).toBe(1);
  });

  it('is waited for until the deadline and not longer, and given back when it is known', async () => {
    let isFirst = true;
    const ledger = openLedger({
      async between(send, _table, wait) {
        if (!isFirst) return send();
        isFirst = false;
        const done = send();
        await wait(1_900);
        return done;
      },
    });
    const began = ledger.clock.now();
    const calling = ledger.call({ deadlineMs: 1_000 });
    await ledger.clock.runUntil(began + 10_000);
    const { outcome, at } = await calling;
    expect(outcome).toMatchObject({ ok: false, fault: { kind: 'deadline' } });
    expect(at - began).toBeLessThanOrEqual(1_010);
    expect((await ledger.books()).standing.map(({ open }) => open)).toEqual([0, 0, 0]);
  });

  it('whose first request arrives after all was settled counts nothing, in tenant, key and user', async () => {
    // The connection breaks under the first request to the tenant and to the key, which is done ten seconds later nevertheless.
    const late: (() => unknown)[] = [];
    let reservations = 0;
    const ledger = openLedger({
      async between(send) {
        reservations += 1;
        if (reservations !== 1 && reservations !== 3) return send();
        late.push(send);
        throw unanswered();
      },
    });
    const calling = ledger.call();
    await ledger.clock.runUntil(ledger.clock.now() + 10_000);
    expect((await calling).outcome.ok).toBe(true);
    const before = await ledger.books();
    expect(late).toHaveLength(2);
    for (const send of late) expect(send).toThrow();
    expect(await ledger.books()).toEqual(before);
    expect(before.standing.map(({ spent, open }) => [spent, open])).toEqual(
      [0, 1, 2].map(() => [parseUsd('0.0004'), 0]),
    );
    // And the tombstones are gone once nothing can arrive any more.
    await ledger.clock.runUntil(ledger.clock.now() + 22 * 60_000);
    const [month] = await ledger.store.months(ledger.accounts[0] ?? { pk: '' }, '2026-11', '2026-11');
    expect(month?.tombstones).toEqual([]);
  });
});
