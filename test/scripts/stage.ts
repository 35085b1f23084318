import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { createTable, type Table } from '../../lib/dynamodb/table.ts';
import { createTables, readTableDefinitions } from '../../local/tables.ts';
import type { TestDynamoDb } from '../dynamodb.ts';
import { DUMMY_CONNECTION } from '../dynamodb-names.ts';
import { createFakeClock } from '../fake-clock.ts';
import { seededRandom } from '../seeded-random.ts';
import { startLambda, tablesOf } from './scripted-lambda.ts';

const ROOT = path.resolve(import.meta.dirname, '..', '..');

/** The ledger of a stage that has just been deployed to this engine; `LedgerTable`: by another name than its own. */
export const stageLedger = async (
  { client, sdk }: TestDynamoDb,
  stage: string,
  LedgerTable = `ballast-${stage}-ledger`,
): Promise<Table> => {
  const names = {
    ControlTable: `ballast-${stage}-control`,
    LedgerTable,
    RunsTable: `ballast-${stage}-runs`,
  };
  const definitions = readFileSync(path.join(ROOT, 'infra', 'tables.yml'), 'utf8');
  await createTables(sdk, readTableDefinitions(definitions, names));
  return createTable({ client, name: names.LedgerTable, clock: createFakeClock(), random: seededRandom(1) });
};

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const STDIO: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];

const ended = async (child: ChildProcessByStdio<null, Readable, Readable>): Promise<Ended> => {
  const closed = once(child, 'close');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = (await closed) as [number];
  return { code, stdout, stderr };
};

const { region, credentials } = DUMMY_CONNECTION;
const AWS = {
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
};

/** Runs a script that is told of no database to its end. */
export const runCommand = async (
  name: string,
  words: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<Ended> => {
  const { PATH, HOME, NODE_COMPILE_CACHE } = process.env;
  const program = path.join(ROOT, 'scripts', `${name}.ts`);
  return ended(
    spawn(process.execPath, [program, ...words], { env: { PATH, HOME, NODE_COMPILE_CACHE, ...more }, stdio: STDIO }),
  );
};

/**
 * Runs a script to its end as npm does, against the DynamoDB at this endpoint; `signedIn`: as somebody of an account, where
 * Lambda is at this address, or says of every stage that its tables are its own.
 */
export const runScript = async (
  name: string,
  endpoint: string,
  words: readonly string[],
  { signedIn = false, lambda, more = {} }: { signedIn?: boolean; lambda?: string; more?: Record<string, string> } = {},
): Promise<Ended> => {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const own = signedIn && lambda === undefined ? await startLambda() : null;
  const there = lambda ?? own?.url;
  const env = {
    PATH,
    NODE_COMPILE_CACHE,
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    ...(there === undefined ? {} : { AWS_ENDPOINT_URL_LAMBDA: there }),
    ...(signedIn ? AWS : {}),
    ...more,
  };
  const stage = words[words.indexOf('--stage') + 1] ?? '';
  own?.variables.set(`ballast-${stage}-run-agent:live`, tablesOf(stage));
  const program = path.join(ROOT, 'scripts', `${name}.ts`);
  try {
    return await ended(spawn(process.execPath, [program, ...words], { env, stdio: STDIO }));
  } finally {
    await own?.[Symbol.asyncDispose]();
  }
};
