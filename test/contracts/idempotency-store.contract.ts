import { expect, it } from 'vitest';
import type { Ending, Running } from '../../lib/idempotency/claim.ts';
import { type ScopedKey, scopedKey } from '../../lib/idempotency/key.ts';
import type { ClaimStore } from '../../lib/idempotency/store.ts';
import { epochSeconds } from '../../lib/kernel/clock.ts';
import { NOW } from '../idempotency/parts.ts';

const EXPIRES = epochSeconds(NOW + 60_000);
const LATER = epochSeconds(NOW + 120_000);

const running = (claimId: string, change: Partial<Running> = {}): Running => ({
  state: 'running',
  claimId,
  fingerprint: 'f'.repeat(64),
  lockedUntil: NOW + 30_000,
  effects: false,
  expiresAt: EXPIRES,
  ...change,
});

const answer = (text = '{"output":"Grüße 🌍"}'): Ending => ({
  state: 'completed',
  status: 200,
  runId: 'run_01',
  text,
});

/** What stands under a key, seen by a request that comes too late; the text is read too. */
const look = async (store: ClaimStore, key: ScopedKey, now = NOW) => {
  const found = await store.take(key, running('looking'), now);
  if (found?.state !== 'completed') return found;
  const { readText, ...rest } = found;
  return { ...rest, text: await readText() };
};

/** What every store of claims does. Each test has a key of its own. */
export const claimStoreContract = (createStore: () => ClaimStore): void => {
  it('gives a key to one of many simultaneous takers, and tells the others what stands there', async () => {
    const store = createStore();
    const key = scopedKey('acme', 'race');
    const claims = Array.from({ length: 20 }, (_, taker) => running(`taker-${taker}`));
    const found = await Promise.all(claims.map((claim) => store.take(key, claim, NOW)));
    const winner = found.indexOf(null);
    expect(found.filter((claim) => claim === null)).toHaveLength(1);
    expect(found.filter((claim) => claim !== null)).toEqual(Array.from({ length: 19 }, () => claims[winner]));
  });

  it('keeps the keys of tenants apart', async () => {
    const store = createStore();
    expect(await store.take(scopedKey('acme', 'apart'), running('a'), NOW)).toBeNull();
    expect(await store.take(scopedKey('other', 'apart'), running('b'), NOW)).toBeNull();
  });

  it.each([
    ['running', null],
    ['completed', answer()],
    ['too large', { state: 'too-large', runId: 'run_01' }],
  ] as const)('gives an expired claim away although it was not swept, and no other: %s', async (title, ending) => {
    const store = createStore();
    const key = scopedKey('acme', `expired-${title}`);
    const first = running('first', { effects: true });
    await store.take(key, first, NOW);
    if (ending !== null) await store.complete(key, first, ending, EXPIRES);
    expect(await store.take(key, running('second'), EXPIRES * 1000 - 1)).toMatchObject({ claimId: 'first' });
    expect(await store.take(key, running('second', { expiresAt: LATER }), EXPIRES * 1000)).toBeNull();
    expect(await look(store, key)).toEqual(running('second', { expiresAt: LATER }));
  });

  it('completes a claim with its answer and its new time', async () => {
    const store = createStore();
    const key = scopedKey('acme', 'complete');
    await store.take(key, running('owner'), NOW);
    expect(await store.complete(key, running('owner'), answer(), LATER)).toBe(true);
    const { fingerprint } = running('owner');
    expect(await look(store, key)).toEqual({ claimId: 'owner', fingerprint, expiresAt: LATER, ...answer() });
  });

  it.each([
    ['an answer without a run', { ...answer(), runId: null }],
    ['an empty text', answer('')],
    ['one that was too large', { state: 'too-large', runId: 'run_02' }],
    ['one that was too large, without a run', { state: 'too-large', runId: null }],
  ] as const)('keeps %s', async (title, ending) => {
    const store = createStore();
    const key = scopedKey('acme', title);
    await store.take(key, running('owner'), NOW);
    await store.complete(key, running('owner'), ending, EXPIRES);
    expect(await look(store, key)).toMatchObject(ending);
  });

  it('frees a key, once', async () => {
    const store = createStore();
    const key = scopedKey('acme', 'release');
    await store.take(key, running('owner'), NOW);
    expect(await store.release(key, running('owner'))).toBe(true);
    expect(await store.release(key, running('owner'))).toBe(false);
    expect(await look(store, key)).toBeNull();
  });

  it('lets one of many simultaneous successors have the claim of a dead owner', async () => {
    const store = createStore();
    const key = scopedKey('acme', 'successors');
    await store.take(key, running('dead'), NOW);
    const successors = Array.from({ length: 20 }, (_, at) => running(`successor-${at}`));
    const outcomes = await Promise.all(successors.map((claim) => store.takeOver(key, running('dead'), claim)));
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    expect(await look(store, key)).toEqual(successors[outcomes.indexOf(true)]);
  });

  it('keeps everything from an owner whose claim was taken over', async () => {
    const store = createStore();
    const key = scopedKey('acme', 'late-owner');
    const late = running('late');
    const successor = running('successor');
    await store.take(key, late, NOW);
    await store.takeOver(key, late, successor);
    expect(await store.complete(key, late, answer(), LATER)).toBe(false);
    expect(await store.complete(key, late, answer('x'.repeat(1_000_000)), LATER)).toBe(false);
    expect(await store.release(key, late)).toBe(false);
    expect(await store.markEffects(key, late)).toBe(false);
    expect(await look(store, key)).toEqual(successor);
  });

  it('keeps everything from a request that never had the claim', async () => {
    const store = createStore();
    const key = scopedKey('acme', 'stranger');
    await store.take(key, running('owner'), NOW);
    const stranger = running('stranger');
    expect(await store.complete(key, stranger, answer(), LATER)).toBe(false);
    expect(await store.release(key, stranger)).toBe(false);
    expect(await store.markEffects(key, stranger)).toBe(false);
    expect(await store.takeOver(key, running('another'), stranger)).toBe(false);
    expect(await look(store, key)).toEqual(running('owner'));
  });

  it('never gives a claim with effects away: not to a successor, and not by a release', async () => {
    const store = createStore();
    const key = scopedKey('acme', 'effects');
    const owner = running('owner');
    await store.take(key, owner, NOW);
    expect(await store.markEffects(key, owner)).toBe(true);
    expect(await store.markEffects(key, owner)).toBe(true);
    expect(await look(store, key)).toEqual({ ...owner, effects: true });
    expect(await store.takeOver(key, owner, running('successor'))).toBe(false);
    expect(await store.release(key, owner)).toBe(false);
    expect(await look(store, key)).toEqual({ ...owner, effects: true });
    expect(await store.complete(key, owner, answer(), LATER)).toBe(true);
    expect(await look(store, key)).toMatchObject(answer());
  });

  it('changes a claim that has ended no more, not even for its owner', async () => {
    const store = createStore();
    const key = scopedKey('acme', 'ended');
    const owner = running('owner');
    await store.take(key, owner, NOW);
    await store.complete(key, owner, answer('{"first":1}'), EXPIRES);
    expect(await store.complete(key, owner, answer('{"second":2}'), LATER)).toBe(false);
    expect(await store.markEffects(key, owner)).toBe(false);
    expect(await store.release(key, owner)).toBe(false);
    expect(await store.takeOver(key, owner, running('successor'))).toBe(false);
    expect(await look(store, key)).toMatchObject(answer('{"first":1}'));
  });
};
