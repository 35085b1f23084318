import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Environment } from '../lib/kernel/environment.ts';
import { startEngine } from './engine.ts';
import { ALERTS_SECRET_ID, functionEnvironment, TABLE_NAMES } from './environment.ts';
import { startSecretsServer } from './secrets-server.ts';
import type { Settings } from './settings.ts';
import { createTables, readTableDefinitions } from './tables.ts';

export interface SendAlarmOptions {
  /** As SNS would send it. */
  readonly event: unknown;
  readonly settings: Settings;
  readonly env: Environment;
  readonly setEnvironment: (changes: Environment) => void;
  /** The project's directory. */
  readonly root: string;
}

/**
 * Hands the event to the very function that is deployed, with an empty database in memory: whether or not `npm start`
 * runs, and so that the same alarm can be sent as often as one likes. Rejects as the function does.
 */
export const sendAlarm = async ({ event, settings, env, setEnvironment, root }: SendAlarmOptions): Promise<void> => {
  await using started = new AsyncDisposableStack();
  const engine = await startEngine({ dbPath: null });
  started.defer(() => engine.stop());
  const secrets = await startSecretsServer(
    new Map(settings.alertsSecret === null ? [] : [[ALERTS_SECRET_ID, settings.alertsSecret]]),
  );
  started.defer(() => secrets.close());
  const surroundings = { version: '0.0.0', terminal: true, lambdaUrl: null, simulatedClaudeUrl: null };
  setEnvironment(
    functionEnvironment(env, {
      ...surroundings,
      // Whatever other database is set: this one is embedded.
      settings: { ...settings, dynamoDbEndpoint: null, lambdaEndpoint: null },
      dynamoDbUrl: engine.endpoint,
      secretsUrl: secrets.url,
    }),
  );
  const client = new DynamoDBClient({ endpoint: engine.endpoint });
  started.defer(() => client.destroy());
  const definitions = readFileSync(join(root, 'infra', 'tables.yml'), 'utf8');
  await createTables(client, readTableDefinitions(definitions, TABLE_NAMES));
  const { handler } = await import('../functions/notify-alarm.ts');
  await handler(event);
};
