import { describe, expect, it } from 'vitest';
import { createTable } from '../../lib/dynamodb/table.ts';
import { createDynamoDbClaimStore } from '../../lib/idempotency/dynamodb-store.ts';
import { createMemoryClaimStore } from '../../lib/idempotency/memory-store.ts';
import { KEPT_MS, PERSISTING_MS } from '../../lib/idempotency/persist.ts';
import type { ClaimStore } from '../../lib/idempotency/store.ts';
import { AppError } from '../../lib/kernel/errors.ts';
import { safe } from '../../lib/kernel/redacted.ts';
import { describeOnDynamoDb, TABLE_NAMES } from '../dynamodb.ts';
import { faulty, unanswered } from '../dynamodb/faulty-client.ts';
import { createFakeClock } from '../fake-clock.ts';
import { seededRandom } from '../seeded-random.ts';
import { LOCK_MS, NOW, request, setUp } from './parts.ts';

const RESULT = { status: 200, body: { output: 'once' }, runId: 'run_01' };
const UNAVAILABLE = { code: 'store-unavailable' };
const BUSY = { code: 'idempotency-in-progress' };
const unavailable = () => new AppError('store-unavailable', safe`down`, { retryAfterMs: 1_000 });

type Write = 'take' | 'takeOver' | 'release' | 'complete' | 'markEffects';

/** Two environments on one store; the answers to what the first one writes can be lost, before or after it is done. */
const twoEnvironments = () => {
  const clock = createFakeClock(NOW);
  const shared = createMemoryClaimStore();
  const lost = { before: new Set<Write>(), after: new Set<Write>(), late: [] as (() => Promise<unknown>)[] };
  const losing =
    <Args extends unknown[], Answer>(name: Write, write: (...args: Args) => Promise<Answer>) =>
    async (...args: Args): Promise<Answer> => {
      if (lost.before.has(name)) {
        lost.late.push(() => write(...args));
        throw unavailable();
      }
      const answer = await write(...args);
      if (lost.after.has(name)) throw unavailable();
      return answer;
    };
  const store: ClaimStore = {
    take: losing('take', (...asked: Parameters<ClaimStore['take']>) => shared.take(...asked)),
    takeOver: losing('takeOver', (...asked: Parameters<ClaimStore['takeOver']>) => shared.takeOver(...asked)),
    release: losing('release', (...asked: Parameters<ClaimStore['release']>) => shared.release(...asked)),
    complete: losing('complete', (...asked: Parameters<ClaimStore['complete']>) => shared.complete(...asked)),
    markEffects: losing('markEffects', (...asked: Parameters<ClaimStore['markEffects']>) =>
      shared.markEffects(...asked),
    ),
  };
  return { clock, lost, own: setUp(store, { clock }), other: setUp(shared, { clock }) };
};

describe('a claim whose answer was lost', () => {
  it('is taken over at once by whoever asks the same environment again', async () => {
    const { lost, own } = twoEnvironments();
    for (const name of ['take', 'release'] as const) lost.after.add(name);
    lost.before.add('release');
    await expect(own.claim(request('a'))).rejects.toMatchObject(UNAVAILABLE);
    lost.after.clear();
    expect((await own.claim(request('a'))).kind).toBe('claimed');
  });

  it('is free for every environment within a second', async () => {
    const { clock, lost, own, other } = twoEnvironments();
    lost.after.add('take');
    await expect(own.claim(request('a'))).rejects.toMatchObject(UNAVAILABLE);
    await clock.advance(1_000);
    expect((await other.claim(request('a'))).kind).toBe('claimed');
  });

  it('is free two seconds after the store is back, however long it was away within a minute', async () => {
    const { clock, lost, own, other } = twoEnvironments();
    lost.after.add('take');
    lost.before.add('release');
    await expect(own.claim(request('a'))).rejects.toMatchObject(UNAVAILABLE);
    await clock.advance(PERSISTING_MS - 5_000);
    await expect(other.claim(request('a'))).rejects.toMatchObject(BUSY);
    lost.before.clear();
    await clock.advance(2_000);
    expect((await other.claim(request('a'))).kind).toBe('claimed');
  });

  it('stays until its lock ends where the store is away for longer, and that is told', async () => {
    const { clock, lost, own, other } = twoEnvironments();
    lost.after.add('take');
    lost.before.add('release');
    await expect(own.claim(request('a'))).rejects.toMatchObject(UNAVAILABLE);
    await clock.advance(PERSISTING_MS + 30_000);
    expect(own.events).toMatchObject([{ type: 'store.failed', operation: 'idempotency.give-back' }]);
    await expect(other.claim(request('a'))).rejects.toMatchObject(BUSY);
    await clock.advance(LOCK_MS);
    expect((await other.claim(request('a'))).kind).toBe('claimed');
    expect(clock.pending).toBe(0);
  });

  it('is freed also where it arrives after it was given back', async () => {
    const { clock, lost, own, other } = twoEnvironments();
    lost.before.add('take');
    await expect(own.claim(request('a'))).rejects.toMatchObject(UNAVAILABLE);
    await clock.advance(3_000);
    await lost.late[0]?.();
    await expect(other.claim(request('a'))).rejects.toMatchObject(BUSY);
    await clock.advance(5_000);
    expect((await other.claim(request('a'))).kind).toBe('claimed');
  });

  it('frees nothing of whoever claimed the key since', async () => {
    const { clock, lost, own, other } = twoEnvironments();
    lost.before.add('take');
    await expect(own.claim(request('a'))).rejects.toMatchObject(UNAVAILABLE);
    const owner = await other.own(request('a'));
    lost.before.clear();
    await clock.advance(PERSISTING_MS);
    await expect(own.claim(request('a'))).rejects.toMatchObject(BUSY);
    expect(await owner.complete(RESULT)).toBe('done');
    expect(await own.claim(request('a'))).toEqual({ kind: 'replay', result: RESULT });
  });

  it('is given back too where it was to take over from a dead owner', async () => {
    const { clock, lost, own, other } = twoEnvironments();
    await other.own(request('a'));
    await clock.advance(LOCK_MS);
    lost.after.add('takeOver');
    await expect(own.claim(request('a'))).rejects.toMatchObject(UNAVAILABLE);
    await clock.advance(1_000);
    expect((await other.claim(request('a'))).kind).toBe('claimed');
  });

  it('lets exactly one of fifty that ask again begin', async () => {
    const { lost, own, other } = twoEnvironments();
    lost.after.add('take');
    await expect(own.claim(request('a'))).rejects.toMatchObject(UNAVAILABLE);
    lost.after.clear();
    const asking = Array.from({ length: 50 }, (_, each) => (each % 2 === 0 ? own : other).claim(request('a')));
    const begun = (await Promise.allSettled(asking)).filter(({ status }) => status === 'fulfilled');
    expect(begun).toHaveLength(1);
  });

  it('is no way to another request’s answer', async () => {
    const { lost, own } = twoEnvironments();
    lost.after.add('take');
    await expect(own.claim(request('a'))).rejects.toMatchObject(UNAVAILABLE);
    lost.after.clear();
    const another = own.claim(request('a', { body: Buffer.from('{}') }));
    await expect(another).rejects.toMatchObject({ code: 'idempotency-key-reused' });
  });

  it('is waited for no longer than the request may last', async () => {
    const { own, clock } = twoEnvironments();
    const hanging = setUp(
      {
        ...createMemoryClaimStore(),
        take: (_key, _claim, _now, signal) =>
          new Promise((_, reject) => signal?.addEventListener('abort', () => reject(unavailable()))),
      },
      { clock },
    );
    const asked = expect(hanging.claim(request('a', { withinMs: 2_000 }))).rejects.toMatchObject(UNAVAILABLE);
    await clock.advance(2_000);
    await asked;
    expect((await own.claim(request('a'))).kind).toBe('claimed');
  });

  it('keeps the process until it is given back, where somebody can keep it', async () => {
    const { clock, lost, own } = twoEnvironments();
    lost.after.add('take');
    const kept: Promise<void>[] = [];
    const asked = own.claim(request('a', { waitUntil: (work) => void kept.push(work) }));
    await expect(asked).rejects.toMatchObject(UNAVAILABLE);
    await clock.advance(KEPT_MS);
    expect(kept).toHaveLength(1);
    await kept[0];
  });

  it('keeps it no longer than a function lives, while the store is away', async () => {
    const { clock, lost, own } = twoEnvironments();
    for (const name of ['take', 'release', 'complete'] as const) lost.before.add(name);
    const kept: Promise<void>[] = [];
    const asked = own.claim(request('a', { waitUntil: (work) => void kept.push(work) }));
    await expect(asked).rejects.toMatchObject(UNAVAILABLE);
    lost.before.delete('take');
    const owner = await own.own(request('b'));
    await owner.complete(RESULT);
    kept.push(owner.ended());
    await clock.advance(KEPT_MS);
    await Promise.all(kept);
  });
});

describe('an owner whose last word was lost', () => {
  it('frees its key as soon as the store answers', async () => {
    const { clock, lost, own, other } = twoEnvironments();
    const owner = await own.own(request('a'));
    lost.before.add('release');
    expect(await owner.release()).toBe('failed');
    expect((await own.claim(request('a'))).kind).toBe('claimed');
    lost.before.clear();
    await clock.advance(2_000);
    await expect(other.claim(request('a'))).rejects.toMatchObject(BUSY);
  });

  it('is never taken over where a tool with effects may have run', async () => {
    const { lost, own } = twoEnvironments();
    const owner = await own.own(request('a'));
    await owner.markEffects();
    lost.before.add('release');
    expect(await owner.release()).toBe('failed');
    await expect(own.claim(request('a'))).rejects.toMatchObject({ code: 'run-conflict' });
  });

  it('keeps its answer when the store is back, and nobody begins anew before', async () => {
    const { clock, lost, own, other } = twoEnvironments();
    const owner = await own.own(request('a'));
    lost.before.add('complete');
    expect(await owner.complete(RESULT)).toBe('failed');
    await expect(own.claim(request('a'))).rejects.toMatchObject(BUSY);
    await clock.advance(20_000);
    lost.before.clear();
    await clock.advance(2_000);
    await owner.ended();
    expect(await other.claim(request('a'))).toEqual({ kind: 'replay', result: RESULT });
  });

  it('holds nobody up for longer than it is given, and goes on by itself', async () => {
    const clock = createFakeClock(NOW);
    const shared = createMemoryClaimStore();
    const gate = Promise.withResolvers<undefined>();
    const slow = {
      ...shared,
      complete: async (...asked: Parameters<ClaimStore['complete']>) => (await gate.promise, shared.complete(...asked)),
    };
    const { own, claim } = setUp(slow, { clock });
    const owner = await own(request('a'));
    const completing = owner.complete(RESULT, 1_000);
    await clock.advance(1_000);
    expect(await completing).toBe('failed');
    gate.resolve(undefined);
    await owner.ended();
    expect(await claim(request('a'))).toEqual({ kind: 'replay', result: RESULT });
  });
});

describeOnDynamoDb('claims on DynamoDB whose answers are lost', (engine) => {
  it('are free for another process a second later, and begun once', async () => {
    const random = seededRandom(7);
    const clock = createFakeClock(NOW);
    const immediate = { ...clock, after: (_ms: number, act: () => void) => (setImmediate(act), () => {}) };
    const environment = (client: Parameters<typeof createTable>[0]['client']) => {
      const table = createTable({ client, name: TABLE_NAMES.ControlTable, clock: immediate, random });
      return setUp(createDynamoDbClaimStore({ table, random }), { clock });
    };
    const own = environment(faulty(engine().client, ['lost', unanswered(), unanswered()]));
    const other = environment(engine().client);
    await expect(own.claim(request('lost-thrice'))).rejects.toMatchObject(UNAVAILABLE);
    await expect(other.claim(request('lost-thrice'))).rejects.toMatchObject(BUSY);
    const freed = async () => {
      for (let tries = 0; tries < 200; tries += 1) {
        await clock.advance(10);
        const claimed = await other.claim(request('lost-thrice')).catch(() => null);
        if (claimed !== null) return clock.now() - NOW;
      }
      return Infinity;
    };
    expect(await freed()).toBeLessThanOrEqual(1_000);
    await expect(own.claim(request('lost-thrice'))).rejects.toMatchObject(BUSY);
  });
});
