import { readFile } from 'node:fs/promises';
import { recordedBy } from '../lib/accounts/accounting.ts';
import { createReconcileBudgets } from '../lib/accounts/reconcile-budgets.ts';
import { createBudgets } from '../lib/budget/budgets.ts';
import { nameError } from '../lib/telemetry/describe-error.ts';
import type { BallastEvent } from '../lib/telemetry/events.ts';
import { jsonText } from '../lib/telemetry/terminal/printable.ts';
import { createDynamoDbRollupStore } from '../lib/usage/reports/rollups/dynamodb-rollup-store.ts';
import { createRollUps } from '../lib/usage/reports/rollups/roll-up.ts';
import { systemClock } from '../local/system-clock.ts';
import { openStage } from './open-stage.ts';
import { Misused, readOptionsAndFlags } from './read-options.ts';
import { bookUnrecorded } from './reconcile/book-unrecorded.ts';
import { bringRecords } from './reconcile/bring-records.ts';
import { rebuildBudgets, rebuiltSentence } from './reconcile/rebuild.ts';
import { createScanItems } from './scan-items.ts';
import { TablesUnknown } from './table-names.ts';

const USAGE =
  'Usage: npm run reconcile -- --stage prod [--region eu-central-1] [--longest-call-ms 840000] [--unrecorded log.jsonl] [--records-from table] [--rebuild] [--json]';

/** Longer than any call of any stage can last, because Lambda ends every function after 15 minutes. */
const LONGEST_CALL_MS = '900000';

/** The longest call of a stage (`streamTimeoutMs` in serverless.yml): what is younger may be alive. */
export const LEAST_CALL_MS = 840_000;

const read = () => {
  const names = ['region', 'longest-call-ms', 'unrecorded', 'records-from'] as const;
  const values = readOptionsAndFlags(USAGE, names, ['rebuild']);
  const { stage, region, unrecorded, json, 'longest-call-ms': longest = LONGEST_CALL_MS } = values;
  const { 'records-from': recordsFrom, rebuild: isRebuilt = false } = values;
  if (stage === undefined || !/^\d{1,9}$/.test(longest)) throw new Misused(USAGE);
  if (Number(longest) < LEAST_CALL_MS)
    throw new Misused(
      `--longest-call-ms is at least ${LEAST_CALL_MS}: a call that is under way would be booked in full.`,
    );
  return { stage, region, longestCallMs: Number(longest), unrecorded, recordsFrom, isRebuilt, json };
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
  const { stage, region, longestCallMs, unrecorded, recordsFrom, isRebuilt, json } = read();
  const stores = await openStage(stage, region);
  const budgets = createBudgets(stores.budgets, stores.parking);
  const rollups = createDynamoDbRollupStore(stores.ledger, Math.random);
  const rollUps = createRollUps({
    usage: stores.usage,
    tools: stores.toolUsage,
    rollups,
    settledAfterMs: longestCallMs,
  });
  const done: BallastEvent[] = [];
  const say = (text: string) => {
    if (!json) console.log(text);
  };
  const emit = (event: BallastEvent) => {
    const said = sentence(event);
    if (said === null) return;
    done.push(event);
    say(said);
  };
  const rewrite = (tenantId: string, at: number) => rollUps.rewrite(tenantId, at);
  const scan = createScanItems(stores.sdk, { clock: systemClock, random: Math.random });
  const brought =
    recordsFrom === undefined ? null : await bringRecords({ ...stores, scan, rewrite }, recordsFrom, systemClock.now());
  if (brought !== null) say(`${brought} record(s) of ${String(recordsFrom)} are on the books.`);
  const parts = { ...stores, store: stores.budgets, budgets, clock: systemClock, emit, longestCallMs };
  const booked = unrecorded === undefined ? null : await bookUnrecorded(parts, await readFile(unrecorded, 'utf8'));
  if (booked !== null) say(`${booked} attempt(s) of the log are on the books.`);
  const { tenants, settled, failed } = await createReconcileBudgets({
    ...parts,
    rewrite,
    rollUp: ({ tenantId, createdAt }, now) => rollUps.rollUp({ tenantId, createdAt, now }),
    recordedOn: recordedBy(rollups),
    // Of thresholds the scheduled function tells.
    notify: null,
  })();
  say(`${tenants} tenant(s) looked at, ${settled} reservation(s) settled, ${failed} tenant(s) failed.`);
  const rebuilt = isRebuilt
    ? await rebuildBudgets(
        {
          ledger: stores.ledger,
          name: stores.names.LEDGER_TABLE,
          scan,
          recordedOn: recordedBy(rollups),
          rewrite,
          say,
        },
        systemClock.now(),
      )
    : null;
  if (rebuilt !== null) say(rebuiltSentence(rebuilt));
  if (json) console.log(jsonText({ stage, brought, booked, done, tenants, settled, failed, rebuilt }, 2));
  return failed === 0 && (rebuilt === null || rebuilt.left.length === 0);
};

reconcile().then(
  (whole) => process.exit(whole ? 0 : 1),
  (error: unknown) => {
    const isOwn = error instanceof Misused || error instanceof TablesUnknown;
    process.stderr.write(`${isOwn ? error.message : `It could not be reconciled: ${nameError(error)}.`}\n`);
    process.exit(2);
  },
);
