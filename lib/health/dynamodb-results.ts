import { type Item, keyOf, n, optional, readNumber, readString, s } from '../dynamodb/attributes.ts';
import type { Table } from '../dynamodb/table.ts';
import { type Clock, epochSeconds } from '../kernel/clock.ts';
import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';
import type { Check } from './decision.ts';
import type { HealthResults } from './results.ts';

/** One partition, so that one query reads all: some five items, written once a minute. */
const PARTITION = 'health';
const CHECK = 'check#';

/** A week: what is that old was found by probes that have long been silent, which has an alarm of its own. */
const KEPT_MS = 7 * 24 * 3_600_000;

const STATUSES = ['healthy', 'degraded', 'unhealthy'] as const;

const statusOf = (item: Item): Check['status'] => {
  const found = STATUSES.find((status) => status === readString(item, 'status'));
  if (found === undefined) throw new AppError('internal', safe`A stored check has no known status.`);
  return found;
};

const readCheck = (item: Item): Check => {
  const latencyMs = optional(item, 'latencyMs', readNumber);
  const detail = optional(item, 'detail', readString);
  return {
    status: statusOf(item),
    ...(latencyMs === null ? {} : { latencyMs }),
    checkedAt: readString(item, 'checkedAt'),
    ...(detail === null ? {} : { detail }),
  };
};

export interface DynamoDbHealthResultsOptions {
  readonly table: Pick<Table, 'get' | 'put' | 'query'>;
  readonly clock: Clock;
}

/** Findings in the control table. */
export const createDynamoDbHealthResults = ({ table, clock }: DynamoDbHealthResultsOptions): HealthResults => {
  const expiring = () => ({ expiresAt: n(epochSeconds(clock.now() + KEPT_MS)) });
  const toItem = (name: string, { status, latencyMs, checkedAt, detail }: Check): Item => ({
    ...keyOf({ pk: PARTITION, sk: `${CHECK}${name}` }),
    status: s(status),
    checkedAt: s(checkedAt),
    ...(latencyMs === undefined ? {} : { latencyMs: n(latencyMs) }),
    ...(detail === undefined ? {} : { detail: s(detail) }),
    ...expiring(),
  });
  return {
    async save(checks, signal) {
      await Promise.all(Object.entries(checks).map(([name, check]) => table.put(toItem(name, check), { signal })));
    },
    async all(signal) {
      const found: Record<string, Check> = {};
      for await (const item of table.query(PARTITION, CHECK, { signal }))
        found[readString(item, 'sk').slice(CHECK.length)] = readCheck(item);
      return found;
    },
    async roundTrip(signal) {
      const key = { pk: PARTITION, sk: 'probe' };
      await table.put({ ...keyOf(key), ...expiring() }, { signal });
      if ((await table.get(key, { signal })) === null)
        throw new AppError('store-unavailable', safe`The store lost what it had just taken.`);
    },
  };
};
