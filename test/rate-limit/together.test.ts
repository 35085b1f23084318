import { expect, it } from 'vitest';
import { n, s } from '../../lib/dynamodb/attributes.ts';
import { createTable } from '../../lib/dynamodb/table.ts';
import { createDynamoDbRateStore } from '../../lib/rate-limit/dynamodb-store.ts';
import type { Move } from '../../lib/rate-limit/store.ts';
import { createFakeClock } from '../fake-clock.ts';
import { openHeldTable, watched } from '../group-commit/held-client.ts';
import { createSimulatedDynamoDb } from '../simulated-dynamodb.ts';
import { bucket, environment, NOW } from './parts.ts';

const LASTS = { expiresAt: 1 as never };

it('takes the permits of all who came meanwhile by one addition, and tells each where the bucket stood after its own', async () => {
  const { table, pass, sent, underWay } = openHeldTable();
  const store = createDynamoDbRateStore({ table });
  const first = watched(store.move('b', { from: null, to: 100n, change: { set: 110n } }, LASTS));
  const moves = [5n, 7n, 20n].map((add) => watched(store.move('b', { from: 100n, to: 130n, change: { add } }, LASTS)));
  const tooMany = watched(store.move('b', { from: 100n, to: 120n, change: { add: 1n } }, LASTS));
  expect(underWay()).toBe(1);
  while (underWay() > 0) await pass();
  expect(first.value).toEqual({ applied: true, tat: 110n });
  expect(moves.map(({ value }) => value)).toEqual([115n, 122n, 142n].map((tat) => ({ applied: true, tat })));
  expect(tooMany.value).toEqual({ applied: false, tat: 142n });
  // One that was refused because of the last, and then those that fit.
  expect(sent).toHaveLength(3);
});

/** What a caller asks who finds the bucket full by then: 10 of 100. */
const ofFull = (now: bigint): Move => ({
  from: null,
  to: now,
  change: { set: now + 10n },
  otherwise: { from: now, to: now + 90n, change: { add: 10n } },
});

it('takes the permits of all who found the bucket full by one write too', async () => {
  const { table, pass, sent, underWay } = openHeldTable();
  const store = createDynamoDbRateStore({ table });
  const all = [100n, 500n, 501n, 502n].map((now) => watched(store.move('b', ofFull(now), LASTS)));
  expect(underWay()).toBe(1);
  while (underWay() > 0) await pass();
  expect(all.map(({ value }) => value)).toEqual([110n, 510n, 520n, 530n].map((tat) => ({ applied: true, tat })));
  expect(sent).toHaveLength(2);
});

it('takes of a bucket that others have moved on what fits, of those who believed it full', async () => {
  const { table, engine, pass, sent, underWay } = openHeldTable();
  const store = createDynamoDbRateStore({ table });
  const all = [500n, 500n, 500n].map((now) => watched(store.move('b', ofFull(now), LASTS)));
  engine.apply('PutItem', { TableName: 'ledger', Item: { pk: s('rate#b'), sk: s('rate'), tat: n(575) } });
  while (underWay() > 0) await pass();
  expect(all.map(({ value }) => value)).toEqual([
    { applied: false, tat: 575n },
    { applied: true, tat: 585n },
    { applied: true, tat: 595n },
  ]);
  expect(sent.length).toBeLessThanOrEqual(4);
});

it('lets through exactly what fits of many at once, by far fewer writes than calls', async () => {
  const engine = createSimulatedDynamoDb({ now: () => NOW });
  let writes = 0;
  const client: typeof engine.client = {
    async send(...asked) {
      writes += 1;
      await new Promise((resolve) => setImmediate(resolve));
      return engine.client.send(...asked);
    },
  };
  const clock = createFakeClock(NOW);
  const table = createTable({ client, name: 'control', clock, random: () => 0 });
  const { admitted, events } = environment(createDynamoDbRateStore({ table }), clock);
  expect(await admitted(bucket(400), 300)).toBe(300);
  expect(writes).toBeLessThan(100);
  expect(await admitted(bucket(400), 300)).toBe(100);
  expect(events).toEqual([]);
});
