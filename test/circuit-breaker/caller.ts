/**
 * A process of a fleet: takes orders as lines of JSON, answers each with one line. Its clock stands where the orders
 * put it; only the pauses between two tries are real.
 */
import { createInterface } from 'node:readline';
import { createCircuits } from '../../lib/circuit-breaker/circuits.ts';
import { createDynamoDbCircuitStore } from '../../lib/circuit-breaker/dynamodb-store.ts';
import { createDynamoDbClient } from '../../lib/dynamodb/client.ts';
import { createTable } from '../../lib/dynamodb/table.ts';
import type { Clock } from '../../lib/kernel/clock.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { DUMMY_CONNECTION, TABLE_NAMES } from '../dynamodb-names.ts';
import { seededRandom } from '../seeded-random.ts';
import type { Order, Told } from './orders.ts';
import { NAME, OPTIONS, type Admitted } from './parts.ts';

const [, , endpoint = '', seed = '1'] = process.argv;
/** A busy machine must not look like a store that is down: limits are longer here than they say, pauses are not. */
const PATIENCE = 20;
let now = Date.UTC(2026, 10, 20, 12);
const clock: Clock = {
  now: () => now,
  after(ms, act) {
    const timer = setTimeout(act, ms < 500 ? ms : ms * PATIENCE);
    return () => clearTimeout(timer);
  },
};
const random = seededRandom(Number(seed));
const client = createDynamoDbClient({ ...DUMMY_CONNECTION, endpoint });
const table = createTable({ client, name: TABLE_NAMES.ControlTable, clock, random });
const events: BallastEvent[] = [];
const store = createDynamoDbCircuitStore({ table, clock });
const circuits = createCircuits({ store, clock, random, emit: (event) => void events.push(event), options: OPTIONS });

let held: Admitted[] = [];

const obey = async (order: Order): Promise<Told> => {
  if (order.do === 'wait') now += order.ms;
  else if (order.do === 'settle') {
    const ended = held.splice(0, order.count);
    await Promise.all(ended.map((entry) => entry.settle(order.result)));
  } else if (order.do === 'enter') {
    const entries = await Promise.all(Array.from({ length: order.count }, () => circuits.enter(NAME)));
    const passed = entries.filter((entry) => entry.admitted);
    held = [...held, ...passed];
    return { passed: passed.length, probes: passed.filter(({ probe }) => probe).length, events };
  }
  return { passed: 0, probes: 0, events };
};

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await obey(JSON.parse(line) as Order)));
}
