import { expect, it } from 'vitest';
import type { Clock } from '../../lib/kernel/clock.ts';
import { createDynamoDbRestStore } from '../../lib/rests/dynamodb-store.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { createFakeClock } from '../fake-clock.ts';
import { seededRandom } from '../seeded-random.ts';
import { environment, MODEL } from './parts.ts';

describeOnDynamoDb('a fleet', (engine) => {
  const fleetOf = (count: number) => {
    const clock = createFakeClock();
    /** Pauses between two tries are over at once; no limit in time ever passes. */
    const eager: Clock = {
      now: () => clock.now(),
      monotonicMs: () => clock.monotonicMs(),
      after: (ms, act) => (ms < 100 ? (setImmediate(act), () => {}) : clock.after(ms, act)),
    };
    const table = engine().table('ControlTable');
    const store = () => createDynamoDbRestStore({ table, clock });
    return { clock, fleet: Array.from({ length: count }, (_, each) => environment(store(), eager, each + 1)) };
  };

  it('that is limited many times at once agrees on the longest rest of each key', async () => {
    const { clock, fleet } = fleetOf(5);
    const random = seededRandom(9);
    const longest = new Map<string, number>();
    const limit = async (call: number) => {
      const name = `${MODEL}race/key-${call % 3}`;
      const forMs = 1 + Math.floor(random() * 3_600_000);
      longest.set(name, Math.max(longest.get(name) ?? 0, clock.now() + forMs));
      await fleet[call % 4]?.rests.limited(name, forMs);
    };
    await Promise.all(Array.from({ length: 200 }, (_, call) => limit(call)));
    const listed = (await fleet[4]?.rests.list())?.filter(({ name }) => name.startsWith(`${MODEL}race/`));
    expect(new Map(listed?.map(({ name, until }) => [name, until]))).toEqual(longest);
    for (const { events } of fleet) expect(events).toEqual([]);
  });

  it('sends one try, however many find it due at the same moment', async () => {
    const { clock, fleet } = fleetOf(6);
    const name = `${MODEL}due/key-1`;
    await fleet[0]?.rests.limited(name, 600_000);
    await clock.advance(30_000);
    await Promise.all(fleet.map(({ rests }) => rests.read(MODEL)));
    const tickets = await Promise.all(fleet.map(({ rests }) => rests.probe(name)));
    expect(tickets.filter((ticket) => ticket !== null)).toHaveLength(1);
  });
});
