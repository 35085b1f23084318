import { describe, expect, it } from 'vitest';
import { ASK_AGAIN_MS } from '../../lib/idempotency/decision.ts';
import type { ClaimStore } from '../../lib/idempotency/store.ts';
import { LOCK_MS, request, setUp } from '../idempotency/parts.ts';
import { seededRandom } from '../seeded-random.ts';

const MIB = 1024 * 1024;
const DAY_MS = 24 * 3_600_000;
const RESULT = { status: 200, body: { output: 'Grüße, 世界 🌍', usage: { costUsd: '0.001' } }, runId: 'run_01' };

/** A body of exactly so many bytes of JSON, of text that compression hardly shrinks. */
const bodyOf = (bytes: number) => {
  const random = seededRandom(bytes);
  const room = bytes - JSON.stringify({ output: '' }).length;
  const noise = Buffer.alloc(room);
  // 43 characters, from `0` to `Z`, that JSON writes as they are.
  for (let at = 0; at < room; at += 1) noise[at] = 48 + Math.floor(random() * 43);
  return { output: noise.toString('latin1') };
};

/** What idempotency promises, on any store. Each test has a key of its own. */
export const idempotencyContract = (createStore: () => ClaimStore): void => {
  it('lets exactly one of 50 simultaneous requests begin; the others hear when to come back', async () => {
    const { claim } = setUp(createStore());
    const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => claim(request('fifty'))));
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused).toHaveLength(49);
    for (const { reason } of refused)
      expect(reason).toMatchObject({ code: 'idempotency-in-progress', retryAfterMs: ASK_AGAIN_MS });
  });

  it('lets exactly one of 50 simultaneous requests take over from a dead owner', async () => {
    const { claim, clock } = setUp(createStore());
    await claim(request('fifty-successors'));
    await clock.advance(LOCK_MS);
    const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => claim(request('fifty-successors'))));
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused).toHaveLength(49);
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'idempotency-in-progress' });
  });

  it('gives the same answer to every repetition', async () => {
    const { claim, own } = setUp(createStore());
    const owner = await own(request('replay'));
    expect(await owner.complete(RESULT)).toBe('done');
    for (let repetition = 0; repetition < 3; repetition += 1)
      expect(await claim(request('replay'))).toEqual({ kind: 'replay', result: RESULT });
  });

  it('gives a failure and an answer without a run back as they were', async () => {
    const { claim, own } = setUp(createStore());
    const failure = { status: 502, body: { code: 'upstream-error', requestId: 'req_1' } };
    await (await own(request('failure'))).complete(failure);
    expect(await claim(request('failure'))).toEqual({ kind: 'replay', result: failure });
  });

  it.each([
    ['body', { body: Buffer.from('{"task":"Gruesse"}') }],
    ['spelling of the same JSON', { body: Buffer.from('{ "task":"Grüße"}') }],
    ['path', { path: '/agent/runs' }],
    ['method', { method: 'PUT' }],
  ])('refuses the key for another %s: while it runs, when it is done, and after a death', async (title, other) => {
    const { claim, own, clock } = setUp(createStore());
    const reused = { code: 'idempotency-key-reused' };
    const owner = await own(request(`reused-${title}`));
    await expect(claim(request(`reused-${title}`, other))).rejects.toMatchObject(reused);
    await clock.advance(LOCK_MS);
    await expect(claim(request(`reused-${title}`, other))).rejects.toMatchObject(reused);
    await owner.complete(RESULT);
    await expect(claim(request(`reused-${title}`, other))).rejects.toMatchObject(reused);
  });

  it('gives the same key to another tenant', async () => {
    const { own, claim } = setUp(createStore());
    await (await own(request('tenants'))).complete(RESULT);
    expect((await claim(request('tenants', { tenantId: 'other' }))).kind).toBe('claimed');
  });

  it("lets a dead owner's work begin anew when its lock has ended, and not a millisecond before", async () => {
    const { claim, clock } = setUp(createStore());
    await claim(request('dead'));
    await clock.advance(LOCK_MS - 1);
    await expect(claim(request('dead'))).rejects.toMatchObject({ code: 'idempotency-in-progress', retryAfterMs: 1 });
    await clock.advance(1);
    expect((await claim(request('dead'))).kind).toBe('claimed');
    await expect(claim(request('dead'))).rejects.toMatchObject({ retryAfterMs: ASK_AGAIN_MS });
  });

  it('lets a late owner change nothing of a claim that was taken over', async () => {
    const { claim, own, clock } = setUp(createStore());
    const late = await own(request('late'));
    await clock.advance(LOCK_MS);
    const successor = await own(request('late'));
    expect(await late.complete({ status: 200, body: { output: 'late' } })).toBe('refused');
    expect(await late.release()).toBe('refused');
    await expect(late.markEffects()).rejects.toMatchObject({ code: 'run-conflict' });
    await expect(claim(request('late'))).rejects.toMatchObject({ code: 'idempotency-in-progress' });
    expect(await successor.complete(RESULT)).toBe('done');
    expect(await late.complete({ status: 200, body: { output: 'later' } })).toBe('refused');
    expect(await late.release()).toBe('refused');
    expect(await claim(request('late'))).toEqual({ kind: 'replay', result: RESULT });
  });

  it('lets an owner end its work after its lock, as long as nobody has taken over', async () => {
    const { claim, own, clock } = setUp(createStore());
    const slow = await own(request('slow'));
    await clock.advance(LOCK_MS + 1);
    expect(await slow.complete(RESULT)).toBe('done');
    expect(await claim(request('slow'))).toEqual({ kind: 'replay', result: RESULT });
  });

  it('is not freed by a refused duplicate', async () => {
    const { claim, own } = setUp(createStore());
    const owner = await own(request('duplicate'));
    for (let duplicate = 0; duplicate < 3; duplicate += 1)
      await expect(claim(request('duplicate'))).rejects.toMatchObject({ code: 'idempotency-in-progress' });
    await expect(claim(request('duplicate', { body: Buffer.from('x') }))).rejects.toThrow();
    await expect(claim(request('duplicate'))).rejects.toMatchObject({ code: 'idempotency-in-progress' });
    expect(await owner.complete(RESULT)).toBe('done');
  });

  it('is free again after a refusal that cost nothing, also for another body', async () => {
    const { own, claim } = setUp(createStore());
    expect(await (await own(request('released'))).release()).toBe('done');
    expect((await claim(request('released', { body: Buffer.from('{}') }))).kind).toBe('claimed');
  });

  it('does not begin anew after effects, however long ago its owner died', async () => {
    const { claim, own, clock } = setUp(createStore());
    const owner = await own(request('effects'));
    await Promise.all([owner.markEffects(), owner.markEffects()]);
    await owner.markEffects();
    await expect(claim(request('effects'))).rejects.toMatchObject({ code: 'idempotency-in-progress' });
    await clock.advance(LOCK_MS);
    await expect(claim(request('effects'))).rejects.toMatchObject({ code: 'run-conflict' });
    expect(await owner.release()).toBe('refused');
    await clock.advance(DAY_MS - LOCK_MS - 1_000);
    await expect(claim(request('effects'))).rejects.toMatchObject({ code: 'run-conflict' });
    expect(await owner.complete(RESULT)).toBe('done');
    expect(await claim(request('effects'))).toEqual({ kind: 'replay', result: RESULT });
  });

  it('frees a key 24 hours after its answer, although nothing was swept', async () => {
    const { claim, own, clock } = setUp(createStore());
    const owner = await own(request('day'));
    await clock.advance(60_000);
    await owner.complete(RESULT);
    await clock.advance(DAY_MS - 1);
    expect((await claim(request('day'))).kind).toBe('replay');
    await clock.advance(1);
    expect((await claim(request('day', { body: Buffer.from('another') }))).kind).toBe('claimed');
  });

  it('frees a key 24 hours after its owner died, for another request and after effects as well', async () => {
    const { claim, own, clock } = setUp(createStore());
    await (await own(request('dead-day'))).markEffects();
    await clock.advance(DAY_MS);
    expect((await claim(request('dead-day', { body: Buffer.from('another') }))).kind).toBe('claimed');
  });

  describe('of large answers', () => {
    it.each([
      ['1 MB', MIB],
      ['3.9 MB', Math.floor(3.9 * MIB)],
      ['4 MB', 4 * MIB],
    ])('gives one of %s back whole', async (title, bytes) => {
      const { claim, own } = setUp(createStore());
      const result = { status: 200, body: bodyOf(bytes), runId: 'run_large' };
      expect(Buffer.byteLength(JSON.stringify(result.body))).toBe(bytes);
      expect(await (await own(request(`large-${title}`))).complete(result)).toBe('done');
      expect(await claim(request(`large-${title}`))).toEqual({ kind: 'replay', result });
    });

    it.each([
      ['a byte more than 4 MB', 4 * MIB + 1],
      ['4.1 MB', Math.ceil(4.1 * MIB)],
    ])('points to the run for one of %s, and never runs it again', async (title, bytes) => {
      const { claim, own, clock } = setUp(createStore());
      const body = bodyOf(bytes);
      expect(await (await own(request(title))).complete({ status: 200, body, runId: 'run_larger' })).toBe('done');
      await clock.advance(LOCK_MS);
      const conflict = { code: 'run-conflict', members: { runId: 'run_larger' } };
      await expect(claim(request(title))).rejects.toMatchObject(conflict);
    });

    it('counts bytes, not characters', async () => {
      const { claim, own } = setUp(createStore());
      const body = { output: '🌍'.repeat(MIB) };
      await (await own(request('bytes'))).complete({ status: 200, body });
      await expect(claim(request('bytes'))).rejects.toMatchObject({ code: 'run-conflict', members: {} });
    });
  });
};
