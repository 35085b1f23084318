import { expect, it } from 'vitest';
import { createDynamoDbCoolDownStore } from '../../lib/cool-down/dynamodb-store.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { createFakeClock } from '../fake-clock.ts';
import { seededRandom } from '../seeded-random.ts';
import { environment } from './parts.ts';

describeOnDynamoDb('a fleet', (engine) => {
  it('that is limited many times at once agrees on the longest cool-down of each key', async () => {
    const clock = createFakeClock();
    const table = engine().table('ControlTable');
    const fleet = Array.from({ length: 4 }, () => environment(createDynamoDbCoolDownStore({ table, clock }), clock));
    const random = seededRandom(9);
    const longest = new Map<string, number>();
    const extend = async (call: number) => {
      const who = `key-${call % 3}`;
      const forMs = 1 + Math.floor(random() * 3_600_000);
      longest.set(who, Math.max(longest.get(who) ?? 0, clock.now() + forMs));
      await fleet[call % fleet.length]?.coolDowns.extend('anthropic/fleet', who, forMs);
    };
    await Promise.all(Array.from({ length: 200 }, (_, call) => extend(call)));
    const onlooker = environment(createDynamoDbCoolDownStore({ table, clock }), clock);
    for (const { coolDowns, events } of [...fleet, onlooker]) {
      expect(await coolDowns.of('anthropic/fleet')).toEqual(longest);
      expect(events).toEqual([]);
    }
  });
});
