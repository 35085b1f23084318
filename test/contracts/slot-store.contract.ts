import { expect, it } from 'vitest';
import { epochSeconds } from '../../lib/kernel/clock.ts';
import type { SlotStore } from '../../lib/rate-limit/slot-store.ts';
import { NOW } from '../rate-limit/parts.ts';

const holding = (holder: string, untilMs = 30_000) => ({ holder, expiresAt: epochSeconds(NOW + untilMs) });

/** What every store of slots does. Each test has a tenant of its own. */
export const slotStoreContract = (createStore: () => SlotStore): void => {
  it('gives a slot to one of twenty simultaneous takers', async () => {
    const store = createStore();
    const slot = { tenantId: 'race', number: 3 };
    const won = await Promise.all(Array.from({ length: 20 }, (_, at) => store.claim(slot, holding(`h-${at}`), NOW)));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(await store.held('race', NOW)).toEqual(new Map([[3, expect.any(String)]]));
  });

  it('gives an expired slot away although it was not swept, and no other', async () => {
    const store = createStore();
    const slot = { tenantId: 'expired', number: 0 };
    await store.claim(slot, holding('first'), NOW);
    expect(await store.claim(slot, holding('second', 60_000), NOW + 29_999)).toBe(false);
    expect(await store.held('expired', NOW + 29_999)).toEqual(new Map([[0, 'first']]));
    expect(await store.held('expired', NOW + 30_000)).toEqual(new Map());
    expect(await store.claim(slot, holding('second', 60_000), NOW + 30_000)).toBe(true);
    expect(await store.held('expired', NOW + 30_000)).toEqual(new Map([[0, 'second']]));
  });

  it('renews and releases for the holder alone', async () => {
    const store = createStore();
    const slot = { tenantId: 'owner', number: 12 };
    expect(await store.renew(slot, holding('nobody'))).toBe(false);
    await store.claim(slot, holding('owner'), NOW);
    expect(await store.renew(slot, holding('thief', 90_000))).toBe(false);
    expect(await store.release(slot, 'thief')).toBe(false);
    expect(await store.renew(slot, holding('owner', 60_000))).toBe(true);
    expect(await store.held('owner', NOW + 59_999)).toEqual(new Map([[12, 'owner']]));
    expect(await store.release(slot, 'owner')).toBe(true);
    expect(await store.held('owner', NOW)).toEqual(new Map());
    expect(await store.renew(slot, holding('owner', 60_000))).toBe(false);
  });

  it('gives a slot from one holder to another, once, and never from a third', async () => {
    const store = createStore();
    const slot = { tenantId: 'heirs', number: 1 };
    expect(await store.takeOver(slot, 'first', holding('second'))).toBe(false);
    await store.claim(slot, holding('first'), NOW);
    expect(await store.takeOver(slot, 'third', holding('second'))).toBe(false);
    expect(await store.takeOver(slot, 'first', holding('second', 60_000))).toBe(true);
    expect(await store.takeOver(slot, 'first', holding('late'))).toBe(false);
    expect(await store.release(slot, 'first')).toBe(false);
    expect(await store.held('heirs', NOW + 59_999)).toEqual(new Map([[1, 'second']]));
  });

  it('shows the slots of one tenant, all of them', async () => {
    const store = createStore();
    for (const number of [0, 9, 10, 123_456]) await store.claim({ tenantId: 'many', number }, holding('h'), NOW);
    await store.claim({ tenantId: 'many-more', number: 7 }, holding('h'), NOW);
    expect([...(await store.held('many', NOW)).keys()]).toEqual([0, 9, 10, 123_456]);
  });
};
