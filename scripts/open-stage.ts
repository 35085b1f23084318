import { createStores, type Stores } from '../lib/app/stores.ts';
import { createSdkClient, createSdkDynamoDb } from '../lib/dynamodb/sdk-client.ts';
import { systemClock } from '../local/system-clock.ts';

/** For rows of unfinished runs, which no command writes. */
const RUN_WAIT_MS = 7 * 24 * 3_600_000;

/** The embedded engine takes any region and credentials; a deployed stage is opened with the operator's own. */
const LOCAL = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };

/** The stores of a stage, `local` being the one of `npm start`; `close` lets go of its connections. */
export const openStage = (stage: string, region?: string): Stores & { readonly close: () => void } => {
  const sdk = createSdkClient({
    ...(stage === 'local' ? LOCAL : {}),
    ...(region === undefined ? {} : { region }),
  });
  const client = createSdkDynamoDb(sdk);
  const config = {
    CONTROL_TABLE: `ballast-${stage}-control`,
    LEDGER_TABLE: `ballast-${stage}-ledger`,
    RUNS_TABLE: `ballast-${stage}-runs`,
    RUN_WAIT_MS,
  };
  const stores = createStores({ client, config, clock: systemClock, random: Math.random });
  return { ...stores, close: () => client.destroy() };
};
