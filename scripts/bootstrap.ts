import { randomBytes } from 'node:crypto';
import { createKeyAdministration } from '../lib/administration/administer-keys.ts';
import { createTenantAdministration } from '../lib/administration/administer-tenants.ts';
import { noting } from '../lib/administration/audited.ts';
import { bootstrap, type Bootstrapped } from '../lib/administration/bootstrap.ts';
import { createDynamoDbAuditLog } from '../lib/administration/dynamodb-audit-log.ts';
import { issueKey } from '../lib/identity/issue-key.ts';
import { createIds } from '../lib/kernel/ids/ids.ts';
import { nameError } from '../lib/telemetry/describe-error.ts';
import { jsonText } from '../lib/telemetry/terminal/printable.ts';
import { systemClock as clock } from '../local/system-clock.ts';
import { openStage } from './open-stage.ts';
import { Misused, readOptions } from './read-options.ts';
import { TablesUnknown } from './table-names.ts';

const USAGE = 'Usage: npm run bootstrap -- --stage <stage> [--region <region>] [--json]';

class LedgerUnusable extends Error {
  constructor(table: string, error: unknown) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    super(
      `The table ${table} cannot be used (${nameError(cause)}): see that the stage is deployed, ` +
        'and that credentials and region are those of its account.',
    );
  }
}

/** Bootstraps the ledger of a stage, with whatever credentials the SDK finds. */
const onStage = async (stage: string, region: string | undefined): Promise<Bootstrapped> => {
  const { ledger, tenants: directory, apiKeys: keys, names, close } = await openStage(stage, region);
  try {
    const note = noting({ audit: createDynamoDbAuditLog(ledger), clock, ids: createIds(clock, randomBytes) });
    const parts = { tenants: directory, note, clock, onChanged: () => undefined };
    return await bootstrap({
      directory,
      tenants: createTenantAdministration(parts),
      keys: createKeyAdministration({ ...parts, keys, issue: () => issueKey(randomBytes) }),
      now: clock.now(),
    });
  } catch (error) {
    throw new LedgerUnusable(names.LEDGER_TABLE, error);
  } finally {
    close();
  }
};

/** What is printed with `--json`; `null` where another bootstrap ran at the same time. */
const jsonOf = (stage: string, outcome: Bootstrapped): object | null => {
  if (outcome.kind === 'created') {
    const { keyId, key, expiresAt } = outcome;
    return { stage, created: true, keyId, key, expiresAt: new Date(expiresAt).toISOString() };
  }
  if (outcome.kind !== 'done-before') return null;
  const { keyId, createdAt } = outcome;
  return { stage, created: false, keyId, createdAt: new Date(createdAt).toISOString() };
};

const tell = (stage: string, outcome: Bootstrapped, isJson: boolean): void => {
  if (outcome.kind === 'created') {
    // The key alone goes to the output, so that a script can take it from there.
    const until = new Date(outcome.expiresAt).toISOString().slice(0, 10);
    console.error(
      `The first admin key of ballast-${stage} (${outcome.keyId}). It administers and does nothing else, and expires on ` +
        `${until}: make keys of your own with it. It is shown this once; keep it safe:`,
    );
    if (!isJson) console.log(outcome.key);
    console.error(
      `Who is notified of alarms of ballast-${stage}: the address in its parameter alarmEmail, and the targets in its secret ` +
        'alerts (npm run secret). With neither, nobody is; docs/alarms.md says how.',
    );
  } else if (outcome.kind === 'done-before') {
    const at = new Date(outcome.createdAt).toISOString();
    console.error(
      `ballast-${stage} was bootstrapped before: ${outcome.keyId} is there since ${at}. Nothing was created.`,
    );
  } else {
    console.error(
      `Another bootstrap of ballast-${stage} ran at the same time. If it gave no key either, run it again.`,
    );
    process.exitCode = 1;
  }
  const json = jsonOf(stage, outcome);
  if (isJson && json !== null) console.log(jsonText(json, 2));
};

const run = async (): Promise<void> => {
  const { stage, region, json } = readOptions(USAGE, 'region');
  if (stage === undefined) throw new Misused(USAGE);
  try {
    tell(stage, await onStage(stage, region), json);
  } catch (error) {
    if (!(error instanceof TablesUnknown || error instanceof LedgerUnusable)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
};

run().catch((error: unknown) => {
  console.error(error instanceof Misused ? error.message : nameError(error));
  process.exitCode = 2;
});
