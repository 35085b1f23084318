import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { type DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe } from 'vitest';
import { createSdkClient, throughSdk } from '../lib/dynamodb/client.ts';
import { createTable, type Table } from '../lib/dynamodb/table.ts';
import type { DynamoDb } from '../lib/dynamodb/types.ts';
import type { Clock } from '../lib/kernel/clock.ts';
import { startEngine } from '../local/engine.ts';
import { freePort } from '../local/free-port.ts';
import { dynamoDbLocalMissing, spawnDynamoDbLocal } from '../local/spawn-dynamodb-local.ts';
import { systemClock } from '../local/system-clock.ts';
import { createTables, readTableDefinitions } from '../local/tables.ts';
import { DUMMY_CONNECTION, TABLE_NAMES } from './dynamodb-names.ts';
import { createFakeClock } from './fake-clock.ts';
import { seededRandom } from './seeded-random.ts';

export { TABLE_NAMES } from './dynamodb-names.ts';

/** A DynamoDB engine of its own, with the tables of `infra/`, gone when stopped. */
export interface TestDynamoDb {
  readonly endpoint: string;
  /** As the functions have it. */
  readonly client: DynamoDb;
  /** For what the functions don't do: to look into the tables, and to break what is in them. */
  readonly sdk: DynamoDBClient;
  /** A table on the engine; `client` stands between, where a test wants to break something. */
  table(name: keyof typeof TABLE_NAMES, client?: DynamoDb): Table;
  stop(): Promise<void>;
}

const LOCAL = process.env['ENGINE'] === 'dynamodb-local';
/** It only ends what hangs: a busy machine takes its time. */
const JAVA_STARTS_WITHIN_MS = 240_000;

/** The engine under test, as titles name it. */
export const ENGINE_NAME = LOCAL ? 'DynamoDB Local' : 'the embedded engine';

const whyMissing = (): string | null => {
  if (LOCAL) return dynamoDbLocalMissing();
  const platform = `${process.platform}-${process.arch}`;
  return platform === 'linux-x64' ? null : `there is no embedded engine for ${platform}`;
};

/** Why the engine under test cannot run here; `null` when it can. */
export const engineMissing = whyMissing();

/** What is in this process waits ten times as long for an engine: on a busy machine it may be silent for the seconds that a stage allows. */
const patientClock: Clock = { ...systemClock, after: (ms, act) => systemClock.after(10 * ms, act) };

const connect = (endpoint: string) => createSdkClient({ ...DUMMY_CONNECTION, endpoint }, patientClock);

const answers = async (child: ChildProcess, endpoint: string): Promise<void> => {
  const client = connect(endpoint);
  const giveUpAt = performance.now() + JAVA_STARTS_WITHIN_MS;
  while (performance.now() < giveUpAt && child.exitCode === null) {
    const up = await client.send(new ListTablesCommand()).then(
      () => true,
      () => false,
    );
    if (up) return client.destroy();
    await pause(100);
  }
  throw new Error('DynamoDB Local does not answer');
};

const startDynamoDbLocal = async () => {
  const port = await freePort();
  const child = spawnDynamoDbLocal({ port, dbPath: null, stdio: 'ignore' });
  const exited = once(child, 'exit');
  const endpoint = `http://127.0.0.1:${port}`;
  const stop = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  try {
    await answers(child, endpoint);
  } catch (error) {
    await stop();
    throw error;
  }
  return { endpoint, stop };
};

export const startTestDynamoDb = async (): Promise<TestDynamoDb> => {
  const engine = LOCAL ? await startDynamoDbLocal() : await startEngine({ dbPath: null });
  const sdk = connect(engine.endpoint);
  const client = throughSdk(sdk);
  const definitions = readFileSync(new URL('../infra/tables.yml', import.meta.url), 'utf8');
  await createTables(sdk, readTableDefinitions(definitions, TABLE_NAMES));
  return {
    endpoint: engine.endpoint,
    client,
    sdk,
    table: (name, through = client) =>
      createTable({ client: through, name: TABLE_NAMES[name], clock: createFakeClock(), random: seededRandom(1) }),
    async stop() {
      sdk.destroy();
      await engine.stop();
    },
  };
};

/** A suite with an engine of its own; where none can run, it is skipped under its name with the reason. */
export const describeOnDynamoDb = (title: string, suite: (engine: () => TestDynamoDb) => void): void => {
  const name = `${title}, on ${ENGINE_NAME}`;
  if (engineMissing !== null) console.warn(`skipped: ${name} (${engineMissing})`);
  describe.skipIf(engineMissing !== null)(name, () => {
    let engine: TestDynamoDb | undefined;
    beforeAll(async () => {
      engine = await startTestDynamoDb();
    });
    afterAll(() => engine?.stop());
    suite(() => {
      if (engine === undefined) throw new Error('the engine is there only inside tests');
      return engine;
    });
  });
};
