import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { noting } from '../lib/administration/audited.ts';
import { createDynamoDbAuditLog } from '../lib/administration/dynamodb-audit-log.ts';
import { RUN_RETENTION_MS } from '../lib/app/stores.ts';
import { createIds } from '../lib/kernel/ids/ids.ts';
import { createActiveRuns } from '../lib/runs/active.ts';
import { createInboxStore } from '../lib/runs/inbox/inbox.ts';
import { nameError } from '../lib/telemetry/describe-error.ts';
import { createDynamoDbRollupStore } from '../lib/usage/reports/rollups/dynamodb-rollup-store.ts';
import { createRollUps } from '../lib/usage/reports/rollups/roll-up.ts';
import { systemClock as clock } from '../local/system-clock.ts';
import { forgetTenant, type Forgotten } from './forget-tenant/forget-tenant.ts';
import { createScanKeys } from './forget-tenant/scan-keys.ts';
import { openStage, RUN_WAIT_MS, type Stage } from './open-stage.ts';
import { Misused } from './read-options.ts';
import { TablesUnknown } from './table-names.ts';

const USAGE = `Erases what a tenant has written and was told. See docs/data.md.

Usage: npm run forget-tenant -- --stage <stage> --tenant <id> [--region <region>] [--yes]

--yes: does not ask for the tenant's id.
It ends with 0 when all is erased, with 3 when it has to be called again, and says why.`;

const read = () => {
  try {
    const text = { type: 'string' } as const;
    const options = { stage: text, tenant: text, region: text, yes: { type: 'boolean', default: false } } as const;
    const { stage = '', tenant = '', region, yes } = parseArgs({ options }).values;
    if (/^[A-Za-z0-9-]{1,64}$/.test(stage) && /^[a-z0-9-]{1,64}$/.test(tenant)) return { stage, tenant, region, yes };
  } catch {
    // Its message tells of one option; the usage tells of all.
  }
  throw new Misused(USAGE);
};

/** The tenant of who administers a stage: without its keys nobody can. */
const ADMIN_TENANT = 'admin';

const partsOf = (stage: Stage) => {
  const { runsTable: table, ledger, control, names, sdk } = stage;
  const kept = { table, clock, random: Math.random, retentionMs: RUN_RETENTION_MS + RUN_WAIT_MS };
  const rollups = createDynamoDbRollupStore(ledger, Math.random);
  const { usage, toolUsage: tools } = stage;
  const rollUps = createRollUps({ usage, tools, rollups, settledAfterMs: 900_000 });
  return {
    clock,
    note: noting({ audit: createDynamoDbAuditLog(ledger), clock, ids: createIds(clock, randomBytes) }),
    tenants: stage.tenants,
    keys: stage.apiKeys,
    active: createActiveRuns(kept),
    inbox: createInboxStore(kept),
    parked: async (tenantId: string) => (await stage.parking.list()).get(tenantId)?.length ?? 0,
    scan: createScanKeys(sdk, { clock, random: Math.random }),
    tables: { runs: { name: names.RUNS_TABLE, table }, control: { name: names.CONTROL_TABLE, table: control } },
    ledger,
    rollups,
    rewrite: (tenantId: string, at: number) => rollUps.rewrite(tenantId, at),
  };
};

/** Whether somebody has typed the tenant's id. */
const isConfirmed = async (tenantId: string): Promise<boolean> => {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const nobody = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
  try {
    return (await Promise.race([terminal.question("Type the tenant's id to go on: "), nobody])).trim() === tenantId;
  } finally {
    terminal.close();
  }
};

const announce = (stage: string, tenantId: string, counted: readonly [keys: number, unfinished: number]): void => {
  const [keys, unfinished] = counted;
  console.error(
    `This erases for good, of the tenant ${tenantId} in ballast-${stage}:
- its runs with their answers, traces, events, messages, approvals and logs of webhooks
- its sessions, answers under idempotency keys and cached answers
- its end users' names, and sessions and metadata on the books
- its settings, and its keys (${keys}), from now on; runs under way (${unfinished}) are cancelled
It stays suspended. What stays: amounts on the books under pseudonyms, the audit, and for 35 days the backups.`,
  );
};

const utc = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

const tell = (tenantId: string, outcome: Forgotten): number => {
  if ('erased' in outcome) for (const [kind, count] of outcome.erased) console.log(`${count} of ${kind}`);
  switch (outcome.kind) {
    case 'forgotten':
      console.log(`The tenant ${tenantId} is forgotten.`);
      return 0;
    case 'under-way':
      console.log(`${outcome.runs} run(s) were told to end. Call this again in two minutes.`);
      return 3;
    case 'again': {
      const { quietAt, parked } = outcome;
      const why = parked > 0 ? `${parked} call(s) are not on the books yet.` : 'Requests under way may still write.';
      const when = quietAt > clock.now() ? `after ${utc(quietAt)}` : 'in two minutes';
      console.log(`What was there is erased. ${why} Call this again ${when}.`);
      return 3;
    }
    case 'unknown':
      console.error(`There is no tenant ${tenantId}.`);
      return 1;
  }
};

const run = async (): Promise<number> => {
  const { stage: name, tenant: tenantId, region, yes } = read();
  if (tenantId === ADMIN_TENANT)
    throw new Misused(`The tenant ${ADMIN_TENANT} has the keys of who administers the stage. It cannot be forgotten.`);
  const stage = await openStage(name, region);
  try {
    const parts = partsOf(stage);
    if ((await stage.tenants.find(tenantId)) === null) return tell(tenantId, { kind: 'unknown' });
    const [keys, unfinished] = await Promise.all([parts.keys.list(tenantId), parts.active.list(tenantId)]);
    announce(name, tenantId, [keys.length, unfinished.length]);
    if (!yes && !(await isConfirmed(tenantId))) {
      console.error('That is not its id. Nothing was erased.');
      return 1;
    }
    return tell(tenantId, await forgetTenant(parts, tenantId));
  } finally {
    stage.close();
  }
};

run().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    const isOwn = error instanceof Misused || error instanceof TablesUnknown;
    console.error(isOwn ? error.message : `It could not go on (${nameError(error)}). Call it again.`);
    process.exitCode = 2;
  },
);
