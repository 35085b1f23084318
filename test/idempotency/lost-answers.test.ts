import { expect, it } from 'vitest';
import { createTable } from '../../lib/dynamodb/table.ts';
import type { DynamoDb } from '../../lib/dynamodb/types.ts';
import { createDynamoDbClaimStore } from '../../lib/idempotency/dynamodb-store.ts';
import type { Clock } from '../../lib/kernel/clock.ts';
import { describeOnDynamoDb, TABLE_NAMES } from '../dynamodb.ts';
import { answered, type Fault, faulty, unanswered } from '../dynamodb/faulty-client.ts';
import { seededRandom } from '../seeded-random.ts';
import { LOCK_MS, request, setUp } from './parts.ts';

const RESULT = { status: 200, body: { output: 'once' }, runId: 'run_01' };
const DOWN = Array.from({ length: 3 }, () => answered(500, 'InternalServerError'));

/** Pauses between attempts end at once: what they are is the business of the table. */
const impatient: Clock = {
  now: () => 0,
  monotonicMs: () => 0,
  after(_, act) {
    const timer = setImmediate(act);
    return () => clearImmediate(timer);
  },
};

describeOnDynamoDb('idempotency on a store that fails', (engine) => {
  const random = seededRandom(99);
  /** Each of the first requests to the store meets its fault. */
  const open = (...faults: Fault[]) => {
    const client = faulty(engine().client, faults);
    const table = createTable({ client, name: TABLE_NAMES.ControlTable, clock: impatient, random });
    return { client, ...setUp(createDynamoDbClaimStore({ table, random })) };
  };

  it.each([
    ['to a claim', ['lost']],
    ['to a claim, twice', ['lost', unanswered()]],
  ] as const)('knows its own claim when the answer was lost: %s', async (title, faults) => {
    const { own } = open(...faults);
    const owner = await own(request(title));
    expect(await owner.complete(RESULT)).toBe('done');
  });

  it('knows its own takeover when the answer was lost', async () => {
    const { own, clock } = open('ok', 'ok', 'lost');
    await own(request('lost-takeover'));
    await clock.advance(LOCK_MS);
    expect((await own(request('lost-takeover'))).kind).toBe('claimed');
  });

  it('knows its own completion, and keeps it, when the answer was lost', async () => {
    const { own, claim } = open('ok', 'lost');
    expect(await (await own(request('lost-completion'))).complete(RESULT)).toBe('done');
    expect(await claim(request('lost-completion'))).toEqual({ kind: 'replay', result: RESULT });
  });

  it('knows its own mark of effects and its own release when the answers were lost', async () => {
    const marking = open('ok', 'lost');
    await expect((await marking.own(request('lost-mark'))).markEffects()).resolves.toBeUndefined();
    const releasing = open('ok', 'lost');
    expect(await (await releasing.own(request('lost-release'))).release()).toBe('done');
    expect((await releasing.claim(request('lost-release'))).kind).toBe('claimed');
  });

  it('lets nothing begin when the store does not answer a claim', async () => {
    const { claim } = open(...DOWN);
    await expect(claim(request('down'))).rejects.toMatchObject({ code: 'store-unavailable', retryAfterMs: 1_000 });
  });

  it('lets no tool with effects run when its mark could not be written, and marks when it is asked again', async () => {
    const { own, claim, clock } = open('ok', ...DOWN);
    const owner = await own(request('unmarked'));
    await expect(owner.markEffects()).rejects.toMatchObject({ code: 'store-unavailable' });
    await owner.markEffects();
    await clock.advance(LOCK_MS);
    await expect(claim(request('unmarked'))).rejects.toMatchObject({ code: 'run-conflict' });
  });

  it('takes no answer away when it cannot be kept: it says so and tells of it, and the claim stands', async () => {
    const { own, claim, events } = open('ok', ...DOWN, ...DOWN);
    const owner = await own(request('unkept'));
    expect(await owner.complete(RESULT)).toBe('failed');
    expect(await owner.release()).toBe('failed');
    const failed = { type: 'store.failed', error: 'AppError/store-unavailable' };
    expect(events).toEqual([
      { ...failed, operation: 'idempotency.complete' },
      { ...failed, operation: 'idempotency.release' },
    ]);
    await expect(claim(request('unkept'))).rejects.toMatchObject({ code: 'idempotency-in-progress' });
  });

  it('asks the store once for a new key, a refusal or a small answer, and twice for a takeover', async () => {
    const { client, own, claim, clock } = open();
    const asked = async (work: () => Promise<unknown>) => {
      const before = client.requests;
      await work().catch(() => undefined);
      return client.requests - before;
    };
    expect(await asked(() => claim(request('trips')))).toBe(1);
    expect(await asked(() => claim(request('trips')))).toBe(1);
    await clock.advance(LOCK_MS);
    const before = client.requests;
    const successor = await own(request('trips'));
    expect(client.requests - before).toBe(2);
    expect(await asked(() => successor.complete(RESULT))).toBe(1);
    expect(await asked(() => claim(request('trips')))).toBe(1);
  });

  it('changes nothing by a mark that arrives after the answer it was sent before', async () => {
    const { client } = engine();
    const held: (() => Promise<unknown>)[] = [];
    const requests = { count: 0 };
    // The second request, the mark, is lost on its way and comes to the store when all is over.
    const delaying: DynamoDb['send'] = async (...asked) => {
      requests.count += 1;
      if (requests.count !== 2) return client.send(...asked);
      held.push(() => client.send(...asked));
      throw unanswered();
    };
    const through = { send: delaying };
    const table = createTable({ client: through, name: TABLE_NAMES.ControlTable, clock: impatient, random });
    const { own, claim } = setUp(createDynamoDbClaimStore({ table, random }));
    const owner = await own(request('delayed'));
    await owner.markEffects();
    await owner.complete(RESULT);
    await expect(held[0]?.()).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
    expect(await claim(request('delayed'))).toEqual({ kind: 'replay', result: RESULT });
  });
});
