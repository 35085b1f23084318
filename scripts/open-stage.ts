import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createStores, type Stores } from '../lib/app/stores.ts';
import { createSdkClient, throughSdk } from '../lib/dynamodb/client.ts';
import { systemClock } from '../local/system-clock.ts';

/** For rows of unfinished runs, which no command writes. */
export const RUN_WAIT_MS = 7 * 24 * 3_600_000;

/** The embedded engine takes any region and credentials; a deployed stage is opened with the operator's own. */
const LOCAL = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };

export interface Stage extends Stores {
  readonly names: Readonly<Record<'CONTROL_TABLE' | 'LEDGER_TABLE' | 'RUNS_TABLE', string>>;
  /** For what the functions do not do, such as scanning a table. */
  readonly sdk: DynamoDBClient;
  /** Lets go of the connections. */
  readonly close: () => void;
}

/** A table that a restore has made, in place of the stage's own (docs/backups.md): whoever means it is told that it is used. */
const named = (variable: 'LEDGER_TABLE' | 'RUNS_TABLE'): string | null => {
  const name = process.env[variable];
  if (name === undefined || name === '') return null;
  process.stderr.write(`${variable} says that the table is ${name}.\n`);
  return name;
};

/** The stores of a stage, `local` being the one of `npm start`. `endpoint`: of its database; default: as the SDK finds it. */
export const openStage = (stage: string, region?: string, endpoint?: string): Stage => {
  const connection = {
    ...(stage === 'local' ? LOCAL : {}),
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
  };
  const sdk = createSdkClient(connection, systemClock);
  const client = throughSdk(sdk);
  const names = {
    CONTROL_TABLE: `ballast-${stage}-control`,
    LEDGER_TABLE: named('LEDGER_TABLE') ?? `ballast-${stage}-ledger`,
    RUNS_TABLE: named('RUNS_TABLE') ?? `ballast-${stage}-runs`,
  };
  const config = { ...names, RUN_WAIT_MS };
  const stores = createStores({ client, config, clock: systemClock, random: Math.random });
  return { ...stores, names, sdk, close: () => client.destroy() };
};
