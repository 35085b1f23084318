import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { createBudgets } from '../lib/budget/budgets.ts';
import { createReconcileBudgets } from '../lib/claude/reconcile-budgets.ts';
import { createDynamoDbClient } from '../lib/dynamodb/client.ts';
import { nameError } from '../lib/telemetry/describe-error.ts';
import type { BallastEvent } from '../lib/telemetry/events.ts';
import { createStores } from '../lib/stores.ts';
import { createDynamoDbRollupStore } from '../lib/usage/dynamodb-rollup-store.ts';
import { createRollUps } from '../lib/usage/roll-up.ts';
import { systemClock } from '../local/system-clock.ts';
import { bookUnrecorded } from './reconcile/book-unrecorded.ts';

const USAGE = 'Usage: npm run reconcile -- [--stage prod] [--longest-call-ms 840000] [--unrecorded log.jsonl]';

/** The embedded engine takes any region and credentials; a stage is reconciled with the operator's own. */
const LOCAL = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };

/** Longer than any call of any stage can last, because Lambda ends every function after 15 minutes. */
const LONGEST_CALL_MS = '900000';

const read = () => {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { stage: text, 'longest-call-ms': text, unrecorded: text } });
  const { stage = 'prod', unrecorded } = values;
  const longest = values['longest-call-ms'] ?? LONGEST_CALL_MS;
  if (!/^[a-z0-9-]{1,64}$/.test(stage) || !/^\d{1,9}$/.test(longest)) throw new Error(USAGE);
  return { stage, longestCallMs: Number(longest), unrecorded };
};

/** One line for each thing that was done; passes and failures are summed up at the end. */
const sentence = (event: BallastEvent): string | null => {
  switch (event.type) {
    case 'budget.reconciled':
      return `${event.tenantId} ${event.attemptId}: settled as ${event.outcome} at $${event.costUsd}`;
    case 'budget.drifted':
      return `${event.tenantId} ${event.day}: the counter is off its records by $${event.driftUsd}`;
    case 'budget.unsettled':
      return `${event.tenantId} ${event.attemptId}: could not be settled (${event.error})`;
    case 'usage.adjusted':
      return `${event.tenantId} ${event.attemptId}: adjusted by $${event.byUsd}`;
    case 'store.failed':
      return `${event.operation} failed (${event.error})`;
    default:
      return null;
  }
};

const reconcile = async (): Promise<boolean> => {
  const { stage, longestCallMs, unrecorded } = read();
  const client = createDynamoDbClient(stage === 'local' ? LOCAL : {});
  const tables = ['CONTROL', 'LEDGER', 'RUNS'].map((name) => [
    `${name}_TABLE`,
    `ballast-${stage}-${name.toLowerCase()}`,
  ]);
  const config = Object.fromEntries(tables) as Record<'CONTROL_TABLE' | 'LEDGER_TABLE' | 'RUNS_TABLE', string>;
  const stores = createStores({ client, config, clock: systemClock, random: Math.random });
  const budgets = createBudgets(stores.budgets);
  const rollUps = createRollUps({
    usage: stores.usage,
    tools: stores.toolUsage,
    rollups: createDynamoDbRollupStore(stores.ledger),
    settledAfterMs: longestCallMs,
  });
  const emit = (event: BallastEvent) => {
    const said = sentence(event);
    if (said !== null) console.log(said);
  };
  const parts = { ...stores, store: stores.budgets, budgets, clock: systemClock, emit, longestCallMs };
  if (unrecorded !== undefined) {
    const booked = await bookUnrecorded(parts, await readFile(unrecorded, 'utf8'));
    console.log(`${booked} attempt(s) of the log are on the books.`);
  }
  const { tenants, settled, failed } = await createReconcileBudgets({
    ...parts,
    rewrite: (tenantId, at) => rollUps.rewrite(tenantId, at),
    rollUp: ({ tenantId, createdAt }, now) => rollUps.rollUp({ tenantId, createdAt, now }),
    // Of thresholds the scheduled function tells.
    tell: null,
  })();
  console.log(`${tenants} tenant(s) looked at, ${settled} reservation(s) settled, ${failed} tenant(s) failed.`);
  return failed === 0;
};

reconcile().then(
  (whole) => process.exit(whole ? 0 : 1),
  (error: unknown) => {
    const own = error instanceof Error && error.message.startsWith('Usage');
    process.stderr.write(`${own ? error.message : `It could not be reconciled: ${nameError(error)}.`}\n`);
    process.exit(2);
  },
);
