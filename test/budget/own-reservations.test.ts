import { describe, expect, it } from 'vitest';
import { attemptsOf } from '../../lib/agent/loop/model/call-attempts.ts';
import { tenantAccount } from '../../lib/budget/account.ts';
import { MOST_TOMBSTONES } from '../../lib/budget/fence.ts';
import { parseUsd, ZERO } from '../../lib/kernel/money.ts';
import { fault } from '../../lib/model-call/faults.ts';
import type { Attempt, Outcome } from '../../lib/model-call/types.ts';
import { NO_TOKENS } from '../../lib/usage/record.ts';
import { answered, unanswered } from '../dynamodb/faulty-client.ts';
import { REQUEST } from '../model-call/parts.ts';
import { openLedger } from './failing-ledger.ts';
import { reservationOf } from './parts.ts';

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

/** Leaves as many that were never held, and of which a request may still arrive. */
const giveUp = async (
  { store, accounts: [tenant], clock }: ReturnType<typeof openLedger>,
  count: number,
  at = clock.now(),
) => {
  for (let each = 0; each < count; each += 1)
    await store.settle(
      tenant ?? tenantAccount('acme'),
      reservationOf('acme', { attemptId: `run_up-${each}:1:1`, at, fenced: true }),
      ZERO,
    );
};

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

  it.each([0, MOST_TOMBSTONES, MOST_TOMBSTONES + 5])(
    'that went out twice and is refused is asked again under another id, for the output that fits, beside %i others given up',
    async (givenUp) => {
      const late: (() => unknown)[] = [];
      let breaks = false;
      const ledger = openLedger({
        async between(send) {
          if (!breaks) return send();
          breaks = false;
          late.push(send);
          throw unanswered();
        },
      });
      const sent: number[] = [];
      const next: Attempt = async (request) => {
        sent.push(request.max_tokens);
        return refusedWith(429);
      };
      const calling = ledger.call({ next });
      await ledger.clock.runUntil(ledger.clock.now() + 1_000);
      const { attempt, context } = await calling;
      const [tenant = tenantAccount('acme')] = ledger.accounts;
      const other = reservationOf('acme', { attemptId: 'run_02:1:1', at: ledger.clock.now(), amount: parseUsd('0.7') });
      await ledger.store.reserve(tenant, other);
      await giveUp(ledger, givenUp);
      breaks = true;
      const again = attempt(WANTED, context);
      await ledger.clock.runUntil(ledger.clock.now() + 10_000);
      expect(await again).toMatchObject({ fault: { kind: 'rate-limited' } });
      expect(sent).toEqual([REQUEST.max_tokens, expect.any(Number)]);
      expect(sent[1]).toBeLessThan(WANTED.max_tokens);
      await ledger.store.settle(tenant, other, ZERO);
      expect(late).toHaveLength(1);
      for (const send of late) expect(send).toThrow();
      const { standing } = await ledger.books();
      expect(standing.map(({ spent, open }) => [spent, open])).toEqual([0, 1, 2].map(() => [0n, 0]));
      // Under the prefix of the call too, by which a run that goes on after a kill adds up what it has spent.
      const [ofCall = ''] = attemptsOf('run_01', { call: 1, round: 1 });
      const records = ledger.usage.inHour('acme', ledger.clock.now(), ofCall);
      const ids = (await Array.fromAsync(records)).map((each) => each.attemptId);
      expect(ids).toEqual(['run_01:1:1', 'run_01:1:2:anew']);
    },
  );

  it.each<[what: string, aheadMs: number, at: number | null]>([
    ['while it was asked for', 500, 1_000],
    ['by a clock that is ahead', 30_000, 30_001],
    ['by a clock that is wrong', 61_001, null],
  ])(
    'begun before an instant up to which nothing is held any more, set %s, is asked for again at a later one',
    async (_, aheadMs, at) => {
      let isFirst = true;
      const ledger = openLedger({
        async between(send, _table, wait) {
          if (!isFirst) return send();
          isFirst = false;
          await giveUp(ledger, MOST_TOMBSTONES + 1, began + aheadMs);
          await wait(995);
          return send();
        },
      });
      const began = ledger.clock.now();
      const calling = ledger.call();
      await ledger.clock.runUntil(began + 10_000);
      const { outcome } = await calling;
      const records = await Array.fromAsync(ledger.usage.inHour('acme', began));
      expect(records.map((each) => each.at - began)).toEqual(at === null ? [] : [at]);
      if (at === null)
        expect(outcome).toMatchObject({
          ok: false,
          fault: { error: { code: 'store-unavailable', retryAfterMs: 1_000 } },
        });
      else expect(outcome.ok).toBe(true);
      expect((await ledger.books()).standing.map(({ open }) => open)).toEqual([0, 0, 0]);
    },
  );
});
