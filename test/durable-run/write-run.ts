import { randomBytes } from 'node:crypto';
import { createTable } from '../../lib/dynamodb/table.ts';
import type { DynamoDb } from '../../lib/dynamodb/types.ts';
import { createIds } from '../../lib/kernel/ids/ids.ts';
import { createDynamoDbRunStore } from '../../lib/runs/dynamodb-store.ts';
import { createEventLog } from '../../lib/runs/event-log.ts';
import type { RunEvent } from '../../lib/runs/log-entry.ts';
import type { RunKey } from '../../lib/runs/run-key.ts';
import { systemClock } from '../../local/system-clock.ts';
import { TABLE_NAMES } from '../dynamodb-names.ts';
import { seededRandom } from '../seeded-random.ts';

const DAY_MS = 24 * 3_600_000;
const ids = createIds(systemClock, randomBytes);

/** An asynchronous run whose events a test writes, as a worker would. */
export interface WrittenRun extends RunKey {
  /** What stands in its log. */
  readonly events: readonly RunEvent[];
  /** Appends an entry; as `newWorker` with that worker's number. */
  write(events: readonly RunEvent[], as?: { readonly last?: boolean; readonly newWorker?: boolean }): Promise<void>;
}

/** The runs in a table, over whatever client. */
export const runsOn = (client: DynamoDb, name: string = TABLE_NAMES.RunsTable) => {
  const table = createTable({ client, name, clock: systemClock, random: seededRandom(3) });
  const common = { table, clock: systemClock, retentionMs: 30 * DAY_MS };
  const runs = createDynamoDbRunStore({ ...common, random: seededRandom(4), longestWaitMs: 7 * DAY_MS });
  return { runs, log: createEventLog(common) };
};

export const submitRun = async (client: DynamoDb, name?: string): Promise<WrittenRun> => {
  const { runs, log } = runsOn(client, name);
  const run = { tenantId: 'demo', runId: ids.run() };
  const rest = {
    agent: 'assistant',
    userId: null,
    sessionId: null,
    createdAt: systemClock.now(),
    traceId: ids.trace(),
  };
  await runs.submit({ ...run, ...rest, input: {} });
  const written: RunEvent[] = [];
  let writer = 1;
  return {
    ...run,
    events: written,
    async write(events, { last = false, newWorker = false } = {}) {
      const first = written.length + 1;
      if (newWorker) writer = first;
      const appended = await log.append(run, { first, writer, events, state: null, last });
      if (!appended.written) throw new Error('another writer was there');
      written.push(...events);
    },
  };
};
