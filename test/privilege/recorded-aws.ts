import { Agent, type IncomingHttpHeaders, request as httpRequest } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { parseCallbackId } from '../../local/executions/names.ts';
import { type Exchange, listen } from '../../local/simulated-claude/listen.ts';
import { insertedBy } from '../dynamodb/insert-statements.ts';
import type { AwsRequest } from './policy.ts';

/** Who asked is in the signature, as on AWS: each function signs with its own name as access key. */
export interface RecordedRequest extends AwsRequest {
  readonly by: string;
}

export interface Backends {
  readonly dynamoDb: string;
  readonly secrets: string;
  readonly lambda: string;
  /** Logical ids of tables, topics and secrets by what a request calls them. */
  readonly logicalIds: ReadonlyMap<string, string>;
}

export type BeforeRequest = (request: RecordedRequest) => boolean | undefined | Promise<boolean | undefined>;

export interface RecordedAws {
  /** For `AWS_ENDPOINT_URL`. */
  readonly url: string;
  readonly requests: readonly RecordedRequest[];
  /** Called with each request before AWS does it, from now on; where it gives `true`, AWS fails. */
  before(act: BeforeRequest): void;
  close(): Promise<void>;
}

/** Functions of the local stage, as those of the template are named. */
const deployed = (text: string): string => text.replaceAll('ballast-local-', 'ballast-dev-');

const FUNCTION_ARN = 'arn:aws:lambda:us-east-1:000000000000:function:';

interface KeyValue {
  readonly S?: string;
}
interface ItemBody {
  readonly TableName: string;
  readonly IndexName?: string;
  readonly Key?: { readonly pk?: KeyValue };
  readonly Item?: { readonly pk?: KeyValue };
  readonly ExpressionAttributeValues?: Readonly<Record<string, KeyValue>>;
}

const KEYED = new Set(['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query']);

const insertsOf = (raw: Buffer, { logicalIds }: Backends): AwsRequest => {
  const { Statements } = JSON.parse(raw.toString()) as { readonly Statements: Parameters<typeof insertedBy>[0] };
  const all = insertedBy<KeyValue>(Statements);
  const [{ table } = { table: '' }] = all;
  const leadingKeys = all.map(({ item }) => item['pk']?.S ?? '');
  return { action: 'dynamodb:PartiQLInsert', resource: logicalIds.get(table) ?? table, leadingKeys };
};

const ofDynamoDb = (operation: string, raw: Buffer, backends: Backends): AwsRequest => {
  if (operation === 'BatchExecuteStatement') return insertsOf(raw, backends);
  const { logicalIds } = backends;
  if (!KEYED.has(operation)) throw new Error(`No known operation of DynamoDB: ${operation}`);
  const { TableName, IndexName, Key, Item, ExpressionAttributeValues } = JSON.parse(raw.toString()) as ItemBody;
  const key = (Key ?? Item)?.pk ?? ExpressionAttributeValues?.[':pk'];
  return {
    action: `dynamodb:${operation}`,
    resource: (logicalIds.get(TableName) ?? TableName) + (IndexName === undefined ? '' : `/index/${IndexName}`),
    leadingKeys: key?.S === undefined ? null : [key.S],
  };
};

const LAMBDA: readonly (readonly [path: RegExp, action: string, resource: (subject: string) => string])[] = [
  [/^\/2015-03-31\/functions\/([^/]+)\/invocations$/, 'InvokeFunction', (name) => FUNCTION_ARN + deployed(name)],
  [/\/durable-executions\/([^/]+)\/checkpoint$/, 'CheckpointDurableExecution', deployed],
  [/\/durable-executions\/([^/]+)\/state$/, 'GetDurableExecutionState', deployed],
  [
    /\/durable-execution-callbacks\/([^/]+)\/succeed$/,
    'SendDurableExecutionCallbackSuccess',
    // Of the execution that waits, which the service reads out of the id.
    (id) => {
      const { functionName, name, id: execution } = parseCallbackId(id);
      return `${FUNCTION_ARN}ballast-dev-${functionName}:$LATEST/durable-execution/${name}/${execution}`;
    },
  ],
];

const ofLambda = (path: string): AwsRequest => {
  for (const [pattern, action, resource] of LAMBDA) {
    const subject = pattern.exec(path)?.[1];
    if (subject === undefined) continue;
    return { action: `lambda:${action}`, resource: resource(decodeURIComponent(subject)), leadingKeys: null };
  }
  throw new Error(`No known operation of Lambda: ${path}`);
};

const CREDENTIAL = /Credential=([^/]+)\/\d{8}\/[\w-]+\/(\w+)\//;

const read = ({ path, headers, raw }: Exchange, service: string, backends: Backends): AwsRequest => {
  const operation = String(headers['x-amz-target']).split('.').at(-1) ?? '';
  const named = (name: unknown) => backends.logicalIds.get(String(name)) ?? String(name);
  switch (service) {
    case 'dynamodb':
      return ofDynamoDb(operation, raw, backends);
    case 'secretsmanager': {
      const { SecretId } = JSON.parse(raw.toString()) as { readonly SecretId: string };
      return { action: `secretsmanager:${operation}`, resource: named(SecretId), leadingKeys: null };
    }
    case 'sns': {
      const form = new URLSearchParams(raw.toString());
      return { action: `sns:${String(form.get('Action'))}`, resource: named(form.get('TopicArn')), leadingKeys: null };
    }
    case 'lambda':
      return ofLambda(path);
    default:
      throw new Error(`No known service: ${service}`);
  }
};

const FAULT = JSON.stringify({ __type: 'InternalServerError', message: 'scripted' });

/**
 * AWS as the functions see it, with who asked what written down: what is asked of DynamoDB, Secrets Manager and Lambda is passed
 * on to what stands in for them, and SNS takes everything.
 */
export const startRecordedAws = async (backends: Backends): Promise<RecordedAws> => {
  const requests: RecordedRequest[] = [];
  let before: BeforeRequest = () => false;
  const agent = new Agent({ keepAlive: true });

  const passOn = ({ method, path, query, headers, raw }: Exchange, to: string) =>
    new Promise<{ status: number; headers: IncomingHttpHeaders; body: Buffer }>((resolve, reject) => {
      const sent = httpRequest(to + path + query, { method, agent, headers });
      sent.once('error', reject).once('response', (heard) => {
        const done = (body: Buffer) => resolve({ status: heard.statusCode ?? 502, headers: heard.headers, body });
        buffer(heard).then(done, reject);
      });
      sent.end(raw);
    });

  const server = await listen(0, async (exchange) => {
    const { headers, response } = exchange;
    const [, by = '', service = ''] = CREDENTIAL.exec(String(headers.authorization)) ?? [];
    const request = { by, ...read(exchange, service, backends) };
    requests.push(request);
    if ((await before(request)) === true) return void response.writeHead(500).end(FAULT);
    if (service === 'sns') return void response.writeHead(200).end('<PublishResponse/>');
    const to = { dynamodb: backends.dynamoDb, secretsmanager: backends.secrets, lambda: backends.lambda }[service];
    const answer = await passOn(exchange, String(to));
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  return {
    url: server.url,
    requests,
    before: (act) => (before = act),
    async close() {
      agent.destroy();
      await server.close();
    },
  };
};
