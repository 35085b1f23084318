import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { createDynamoDbClient } from '../lib/dynamodb/client.ts';
import { createTable } from '../lib/dynamodb/table.ts';
import { createIds } from '../lib/kernel/ids.ts';
import { nameError } from '../lib/telemetry/describe-error.ts';
import { createKeyAdministration } from '../lib/tenants/administer-keys.ts';
import { createTenantAdministration } from '../lib/tenants/administer-tenants.ts';
import { noting } from '../lib/tenants/audited.ts';
import { bootstrap, type Bootstrapped } from '../lib/tenants/bootstrap.ts';
import { createDynamoDbAuditLog } from '../lib/tenants/dynamodb-audit-log.ts';
import { createDynamoDbApiKeyStore, createDynamoDbTenantStore } from '../lib/tenants/dynamodb-store.ts';
import { issueKey } from '../lib/tenants/issue-key.ts';
import { systemClock as clock } from '../local/system-clock.ts';

const USAGE = 'Usage: npm run bootstrap -- --stage <stage> [--region <region>]';

const readArguments = (words: string[]): { stage: string; region: string | undefined } => {
  const { values } = parseArgs({ args: words, options: { stage: { type: 'string' }, region: { type: 'string' } } });
  const { stage = '', region } = values;
  if (!/^[A-Za-z0-9-]{1,64}$/.test(stage)) throw new TypeError('a stage is needed');
  return { stage, region };
};

/** Bootstraps the ledger of a stage, with whatever credentials the SDK finds. */
const onStage = async (stage: string, region: string | undefined): Promise<Bootstrapped> => {
  const client = createDynamoDbClient(region === undefined ? {} : { region });
  try {
    const table = createTable({ client, name: `ballast-${stage}-ledger`, clock, random: Math.random });
    const directory = createDynamoDbTenantStore(table);
    const note = noting({ audit: createDynamoDbAuditLog(table), clock, ids: createIds(clock, randomBytes) });
    const parts = { tenants: directory, note, clock, onChanged: () => undefined };
    const keys = createDynamoDbApiKeyStore(table);
    return await bootstrap({
      directory,
      tenants: createTenantAdministration(parts),
      keys: createKeyAdministration({ ...parts, keys, issue: () => issueKey(randomBytes) }),
      now: clock.now(),
    });
  } finally {
    client.destroy();
  }
};

const tell = (stage: string, outcome: Bootstrapped): void => {
  if (outcome.kind === 'created') {
    // The key alone goes to the output, so that a script can take it from there.
    console.error(`The first admin key of ballast-${stage} (${outcome.keyId}). It is shown this once; keep it safe:`);
    console.log(outcome.key);
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
};

const run = async (): Promise<void> => {
  let asked: ReturnType<typeof readArguments>;
  try {
    asked = readArguments(process.argv.slice(2));
  } catch {
    console.error(USAGE);
    process.exitCode = 2;
    return;
  }
  const { stage, region } = asked;
  try {
    tell(stage, await onStage(stage, region));
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    console.error(
      `The table ballast-${stage}-ledger cannot be used (${nameError(cause)}): see that the stage is deployed, ` +
        'and that credentials and region are those of its account.',
    );
    process.exitCode = 1;
  }
};

await run();
