/** A process of a fleet. Its clock begins at the instant given to it, and runs or stands still as it is told; waits are added to it. */
import { createDynamoDbSlotStore } from '../../lib/rate-limit/dynamodb-slot-store.ts';
import { createDynamoDbRateStore } from '../../lib/rate-limit/dynamodb-store.ts';
import { createRateLimit } from '../../lib/rate-limit/rate-limit.ts';
import { createSlots } from '../../lib/rate-limit/slots.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { obeyOrders } from '../fleet/obey-orders.ts';
import { ownTable } from '../fleet/own-table.ts';
import { ENDLESS } from './parts.ts';
import type { Order, Told } from './taker-orders.ts';

const [, , endpoint = '', tenant = '', startAt = '0', pace = 'still', seed = '1'] = process.argv;
let waited = 0;
const now = () => Number(startAt) + waited + (pace === 'running' ? Math.floor(performance.now()) : 0);
const { clock, random, table } = ownTable(endpoint, Number(seed), now);
const events: BallastEvent[] = [];
const emit = (event: BallastEvent) => void events.push(event);
const limit = createRateLimit({ store: createDynamoDbRateStore({ table }), clock, emit });
const slots = createSlots({ store: createDynamoDbSlotStore({ table }), clock, random, emit });

let holders = 0;
const releases: (() => Promise<void>)[] = [];

const times = <T>(count: number, act: () => Promise<T>) => Promise.all(Array.from({ length: count }, act));

const obey = async (order: Order): Promise<Told> => {
  switch (order.do) {
    case 'take': {
      const bucket = { key: `tenant#${tenant}#requests`, permitsPerMinute: order.permitsPerMinute };
      const decisions = await times(order.count, () => limit.take(bucket, 1));
      const retryAfterMs = decisions.flatMap((decision) => (decision.admitted ? [] : [decision.retryAfterMs]));
      return { passed: order.count - retryAfterMs.length, retryAfterMs, events };
    }
    case 'hold': {
      const taken = await times(order.count, () =>
        slots.take(tenant, `holder-${seed}-${(holders += 1)}`, order.of, ENDLESS),
      );
      const held = taken.flatMap((slot) => (slot.held ? [() => slot.release()] : []));
      releases.push(...held);
      return { passed: held.length, retryAfterMs: [], events };
    }
    case 'release':
      await Promise.all(releases.splice(0).map((release) => release()));
      break;
    case 'wait':
      waited += order.ms;
  }
  return { passed: 0, retryAfterMs: [], events };
};

await obeyOrders(obey);
