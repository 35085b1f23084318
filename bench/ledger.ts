import { readFileSync } from 'node:fs';
import { createSdkClient, throughSdk } from '../lib/dynamodb/client.ts';
import { createTable, type Table } from '../lib/dynamodb/table.ts';
import type { DynamoDb } from '../lib/dynamodb/types.ts';
import { TABLE_NAMES } from '../local/environment.ts';
import { systemClock } from '../local/system-clock.ts';
import { createTables, readTableDefinitions } from '../local/tables.ts';

/** The tables of `infra/` on an engine, without a server in front of them. */
export interface Ledger extends AsyncDisposable {
  readonly control: Table;
  readonly ledger: Table;
  /** Operations sent so far. */
  sent(): number;
}

const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

export const openLedger = async (endpoint: string): Promise<Ledger> => {
  const sdk = createSdkClient({ endpoint, region: 'us-east-1', credentials: CREDENTIALS }, systemClock);
  const definitions = readFileSync(new URL('../infra/tables.yml', import.meta.url), 'utf8');
  await createTables(sdk, readTableDefinitions(definitions, TABLE_NAMES));
  const client = throughSdk(sdk);
  let operations = 0;
  const send: DynamoDb['send'] = (...asked) => {
    operations += 1;
    return client.send(...asked);
  };
  const table = (name: string) => createTable({ client: { send }, name, clock: systemClock, random: Math.random });
  return {
    control: table(TABLE_NAMES.ControlTable),
    ledger: table(TABLE_NAMES.LedgerTable),
    sent: () => operations,
    async [Symbol.asyncDispose]() {
      client.destroy();
    },
  };
};
