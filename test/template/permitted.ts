import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { listen } from '../../local/simulated-claude/listen.ts';
import { TABLE_NAMES } from '../dynamodb.ts';
import { readDeclaredStage } from '../privilege/declared-stage.ts';
import { allows, type AwsRequest } from '../privilege/policy.ts';

/** A DynamoDB that the local engine is not: one that looks at the caller's role. */
export interface PermittedDynamoDb {
  readonly url: string;
  /** Operations so far that the role of their function does not grant, as `function: action table key`. */
  readonly denied: readonly string[];
  /** Operations so far that were granted. */
  readonly granted: readonly string[];
  /** Who calls from now on. */
  as(functionName: string): void;
  close(): Promise<void>;
}

interface Body {
  readonly TableName?: string;
  readonly IndexName?: string;
  readonly Key?: { readonly pk?: { readonly S?: string } };
  readonly Item?: { readonly pk?: { readonly S?: string } };
  readonly ExpressionAttributeValues?: Readonly<Record<string, { readonly S?: string }>>;
}

const partitionKey = ({ Key, Item, ExpressionAttributeValues }: Body): string =>
  Key?.pk?.S ?? Item?.pk?.S ?? ExpressionAttributeValues?.[':pk']?.S ?? '(none)';

const { statements } = readDeclaredStage();

/** Whether the role of a function grants a request. */
export const mayDo = (functionName: string, request: AwsRequest): boolean =>
  (statements.get(functionName) ?? []).some((statement) => allows(statement, request));

/** Passes everything on to the engine and holds each operation against the grants of the template's roles. */
export const startPermittedDynamoDb = async (endpoint: string): Promise<PermittedDynamoDb> => {
  const tables = new Map(Object.entries(TABLE_NAMES).map(([id, name]) => [name as string, id]));
  const denied: string[] = [];
  const granted: string[] = [];
  let caller = '(nobody)';

  const server = await listen(0, async ({ method, path, headers, raw, response }) => {
    const body = JSON.parse(raw.toString()) as Body;
    const action = `dynamodb:${String(headers['x-amz-target']).split('.')[1]}`;
    const index = body.IndexName === undefined ? '' : `/index/${body.IndexName}`;
    const table = (tables.get(body.TableName ?? '') ?? String(body.TableName)) + index;
    const key = partitionKey(body);
    const said = `${caller}: ${action} ${table} ${key}`;
    (mayDo(caller, { action, resource: table, leadingKeys: [key] }) ? granted : denied).push(said);
    const answer = await new Promise<{ status: number; body: Buffer; headers: Record<string, string> }>(
      (resolve, reject) => {
        const sent = request(endpoint + path, {
          method,
          headers: { ...headers, 'content-length': String(raw.length) },
        });
        sent.once('error', reject).once('response', (heard) => {
          const status = heard.statusCode ?? 502;
          buffer(heard).then((bytes) => resolve({ status, body: bytes, headers: heard.headers as never }), reject);
        });
        sent.end(raw);
      },
    );
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  return { url: server.url, denied, granted, as: (name) => (caller = name), close: () => server.close() };
};
