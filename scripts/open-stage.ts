import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createStores, type Stores } from '../lib/app/stores.ts';
import { createSdkClient, throughSdk } from '../lib/dynamodb/client.ts';
import { proxiesIn } from '../local/go-by-proxies.ts';
import { systemClock } from '../local/system-clock.ts';
import { sayStage } from './say-stage.ts';
import type { TableNames } from './table-names.ts';

/** For rows of unfinished runs, which no command writes. */
export const RUN_WAIT_MS = 7 * 24 * 3_600_000;

/** The embedded engine takes any region and credentials; a deployed stage is opened with the operator's own. */
const LOCAL = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };

export interface Stage extends Stores {
  readonly names: TableNames;
  /** For what the functions do not do, such as scanning a table. */
  readonly sdk: DynamoDBClient;
  /** Lets go of the connections. */
  readonly close: () => void;
}

/** A table that the shell names in place of the stage's own: whoever means it is told that it is used. */
const named = (variable: 'LEDGER_TABLE' | 'RUNS_TABLE'): string | null => {
  const name = process.env[variable];
  if (name === undefined || name === '') return null;
  process.stderr.write(`${variable} says that the table is ${name}.\n`);
  return name;
};

const ownTables = (stage: string): TableNames => ({
  CONTROL_TABLE: `ballast-${stage}-control`,
  LEDGER_TABLE: `ballast-${stage}-ledger`,
  RUNS_TABLE: `ballast-${stage}-runs`,
});

/** A deployed stage is asked, unless the shell names all that may be another: a restore leads it to other tables (docs/backups.md). */
const tablesOf = async (stage: string, region: string | undefined): Promise<TableNames> => {
  const [ledger, runs] = [named('LEDGER_TABLE'), named('RUNS_TABLE')];
  const isKnown = stage === 'local' || (ledger !== null && runs !== null);
  const names = isKnown ? ownTables(stage) : await (await import('./deployed-tables.ts')).deployedTables(stage, region);
  return { ...names, LEDGER_TABLE: ledger ?? names.LEDGER_TABLE, RUNS_TABLE: runs ?? names.RUNS_TABLE };
};

/**
 * The stores of a stage, `local` being the one of `npm start`; of another it says first which one it is, and where. `endpoint`: of
 * its database; default: as the SDK finds it. Rejects with `TablesUnknown`.
 */
export const openStage = async (stage: string, region?: string, endpoint?: string): Promise<Stage> => {
  const connection = {
    ...(stage === 'local' ? LOCAL : {}),
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
  };
  const sdk = createSdkClient(connection, systemClock, proxiesIn(process.env));
  if (stage !== 'local') await sayStage(stage, sdk);
  const names = await tablesOf(stage, region);
  const client = throughSdk(sdk);
  const config = { ...names, RUN_WAIT_MS };
  const stores = createStores({ client, config, clock: systemClock, random: Math.random });
  return { ...stores, names, sdk, close: () => client.destroy() };
};
