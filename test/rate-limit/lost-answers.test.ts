import { expect, it } from 'vitest';
import { createTable } from '../../lib/dynamodb/table.ts';
import { createDynamoDbRateStore } from '../../lib/rate-limit/dynamodb-store.ts';
import { describeOnDynamoDb, TABLE_NAMES } from '../dynamodb.ts';
import { answered, type Fault, faulty, unanswered } from '../dynamodb/faulty-client.ts';
import { createFakeClock } from '../fake-clock.ts';
import { seededRandom } from '../seeded-random.ts';
import { bucket, environment, NOW } from './parts.ts';

const DROPPED = answered(500, 'InternalServerError');
/** What the store may do to each of the first requests. */
const FAULTS: readonly Fault[] = ['ok', 'lost', DROPPED];
const FAULTY_REQUESTS = 4;

const sequences = Array.from({ length: FAULTS.length ** FAULTY_REQUESTS }, (_, index) =>
  Array.from(
    { length: FAULTY_REQUESTS },
    (_, place) => FAULTS[Math.floor(index / FAULTS.length ** place) % FAULTS.length],
  ),
).map((faults) => faults.filter((fault) => fault !== undefined));

const nameOf = (fault: Fault) => (fault instanceof Error ? 'dropped' : fault);

describeOnDynamoDb('a rate limit on a store that fails', (engine) => {
  let tenants = 0;
  /** Each of the first requests to the store meets its fault. */
  const open = (...faults: Fault[]) => {
    const client = faulty(engine().client, faults);
    const clock = createFakeClock(NOW);
    const table = createTable({ client, name: TABLE_NAMES.ControlTable, clock, random: seededRandom(7) });
    tenants += 1;
    return { ...environment(createDynamoDbRateStore({ table }), clock), client, ten: bucket(10, `lost-${tenants}`) };
  };

  it(`lets through what it counts and one for each request without effect, in all ${sequences.length} orders of faults`, async () => {
    for (const faults of sequences) {
      const { take, events, ten } = open(...faults);
      let admitted = 0;
      for (let call = 0; call < 20; call += 1) if ((await take(ten, 1)).admitted) admitted += 1;
      const count = (name: string) => faults.filter((fault) => nameOf(fault) === name).length;
      // An update that was made, its answer lost, was counted: of those nobody passes beyond the bucket.
      expect([faults.map(nameOf), admitted]).toEqual([faults.map(nameOf), 10 + count('dropped')]);
      // A refusal has no effect that could be lost: it arrives.
      expect(events.length).toBeGreaterThanOrEqual(count('dropped'));
      expect(events.length).toBeLessThanOrEqual(count('dropped') + count('lost'));
    }
  });

  it('counts a take once whose answer was lost', async () => {
    const { take, ten } = open('lost');
    expect((await take(ten, 4)).admitted).toBe(true);
    expect(await take(ten, 1)).toMatchObject({ admitted: true, remaining: 5 });
  });

  it('charges once when the answer was lost, not at all when the request was, and tells of both', async () => {
    const { take, charge, events, ten } = open('lost', unanswered());
    await charge(ten, 4);
    await charge(ten, 4);
    expect(events).toMatchObject([{ type: 'limit.unguarded' }, { type: 'limit.unguarded' }]);
    expect(await take(ten, 1)).toMatchObject({ admitted: true, remaining: 5 });
  });

  it('gives back once when the answer was lost', async () => {
    const { take, admitted, ten } = open('ok', 'lost');
    const taken = await take(ten, 10);
    if (taken.admitted) await Promise.all([taken.giveBack(), taken.giveBack()]);
    expect(await admitted(ten, 20)).toBe(10);
  });

  it('gives back nothing when the request was lost: what was taken stays taken', async () => {
    const { take, admitted, ten } = open('ok', DROPPED);
    const taken = await take(ten, 4);
    if (taken.admitted) await taken.giveBack();
    expect(await admitted(ten, 20)).toBe(6);
  });

  it('asks the store once where a bucket is new, and once where it is known', async () => {
    const { take, client, ten } = open();
    for (let call = 1; call <= 5; call += 1) {
      await take(ten, 1);
      expect(client.requests).toBe(call);
    }
  });
});
