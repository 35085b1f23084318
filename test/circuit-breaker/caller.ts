/** A process of a fleet. Its clock stands where the orders put it; only the pauses between two tries are real. */
import { createCircuits } from '../../lib/circuit-breaker/circuits.ts';
import { createDynamoDbCircuitStore } from '../../lib/circuit-breaker/dynamodb-store.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { obeyOrders } from '../fleet/obey-orders.ts';
import { ownTable } from '../fleet/own-table.ts';
import type { Order, Told } from './orders.ts';
import { type Admitted, NAME, OPTIONS } from './parts.ts';

const [, , endpoint = '', seed = '1'] = process.argv;
let now = Date.UTC(2026, 10, 20, 12);
const { clock, random, table } = ownTable(endpoint, Number(seed), () => now);
const events: BallastEvent[] = [];
const store = createDynamoDbCircuitStore({ table, clock });
const circuits = createCircuits({ store, clock, random, emit: (event) => void events.push(event), options: OPTIONS });

let held: Admitted[] = [];

const obey = async (order: Order): Promise<Told> => {
  if (order.do === 'wait') now += order.ms;
  else if (order.do === 'report') {
    const ended = held.splice(0, order.count);
    await Promise.all(ended.map((entry) => entry.report(order.result)));
  } else if (order.do === 'enter') {
    const entries = await Promise.all(Array.from({ length: order.count }, () => circuits.enter(NAME)));
    const passed = entries.filter((entry) => entry.admitted);
    held = [...held, ...passed];
    return { passed: passed.length, probes: passed.filter(({ probe }) => probe).length, events };
  }
  return { passed: 0, probes: 0, events };
};

await obeyOrders(obey);
