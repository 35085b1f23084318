import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type {
  AttributeValue,
  BatchExecuteStatementCommandInput,
  PutItemCommandInput,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { insertedBy } from './dynamodb/insert-statements.ts';
import { serverNow } from './stretched.ts';

/** An item that was put or updated, with the attributes that the write named. */
export interface RecordedWrite {
  readonly table: string;
  readonly pk: string;
  readonly sk: string;
  readonly attributes: readonly string[];
  /** For how long it is kept from then on, in seconds; `null`: the write sets no end. */
  readonly keptS: number | null;
}

export interface RecordingDynamoDb {
  readonly endpoint: string;
  /** All that was written so far, what is gone again included. */
  readonly writes: readonly RecordedWrite[];
  stop(): Promise<void>;
}

const keptS = (expiresAt: AttributeValue | undefined): number | null =>
  expiresAt?.N === undefined ? null : Number(expiresAt.N) - serverNow() / 1_000;

const putOf = (table: string, item: Readonly<Record<string, AttributeValue>>): RecordedWrite => {
  const { pk, sk } = item;
  return { table, pk: pk?.S ?? '', sk: sk?.S ?? '', attributes: Object.keys(item), keptS: keptS(item['expiresAt']) };
};

const recorded = (target: string, body: string): RecordedWrite[] => {
  if (target.endsWith('.PutItem')) {
    const { TableName = '', Item = {} } = JSON.parse(body) as PutItemCommandInput;
    return [putOf(TableName, Item)];
  }
  if (target.endsWith('.BatchExecuteStatement')) {
    const { Statements } = JSON.parse(body) as BatchExecuteStatementCommandInput;
    return insertedBy<AttributeValue>(Statements).map(({ table, item }) => putOf(table, item));
  }
  if (!target.endsWith('.UpdateItem')) return [];
  const { TableName = '', Key = {}, UpdateExpression = '', ...input } = JSON.parse(body) as UpdateItemCommandInput;
  const names = Object.entries(input.ExpressionAttributeNames ?? {});
  // What is removed has been written before; a condition's names are others'.
  const changed = names.filter(
    ([short]) => !short.startsWith('#remove') && new RegExp(`${short}\\b`).test(UpdateExpression),
  );
  const attributes = [...Object.keys(Key), ...changed.map(([, name]) => name)];
  const [short] = names.find(([, name]) => name === 'expiresAt') ?? [];
  const set = new RegExp(`${short ?? ' '} = (:\\w+)`).exec(UpdateExpression)?.[1] ?? '';
  const kept = keptS(input.ExpressionAttributeValues?.[set]);
  return [{ table: TableName, pk: Key['pk']?.S ?? '', sk: Key['sk']?.S ?? '', attributes, keptS: kept }];
};

/** A DynamoDB in front of another one, which remembers each write that it passes on. */
export const startRecordingDynamoDb = async (behind: string): Promise<RecordingDynamoDb> => {
  const { hostname, port } = new URL(behind);
  const writes: RecordedWrite[] = [];
  const server = createServer((incoming, answer) => {
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.on('end', () => {
      writes.push(...recorded(String(incoming.headers['x-amz-target']), Buffer.concat(parts).toString('utf8')));
    });
    const { method, url, headers } = incoming;
    const passed = request({ hostname, port, method, path: url, headers }, (answered) => {
      answer.writeHead(answered.statusCode ?? 500, answered.headers);
      answered.pipe(answer);
    });
    passed.once('error', () => answer.destroy());
    incoming.pipe(passed);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    writes,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
