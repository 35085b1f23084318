import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { ErrorObject, OperationUpdate } from '@aws-sdk/client-lambda';
import { describeOperation, inSeconds } from './describe-operation.ts';
import type { Executions } from './executions.ts';
import { MAX_EXECUTION_PAYLOAD_BYTES, MAX_PAGE, MAX_PAYLOAD_BYTES } from './limits.ts';
import { executionArn, functionArn, parseFunctionName, VERSION } from './names.ts';
import { invalid, ServiceError } from './service-error.ts';
import { statePage } from './state-page.ts';

export interface ApiRequest {
  /** What stands in the path for its one variable, decoded. */
  readonly subject: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface ApiResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

type Answer = (request: ApiRequest, executions: Executions) => ApiResponse;

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw new ServiceError('InvalidRequestContentException', 'Could not parse request body into json.');
  }
};

const parseError = (body: string): ErrorObject | undefined => (body === '' ? undefined : (parse(body) as ErrorObject));

const checkSize = (body: string): string => {
  if (Buffer.byteLength(body) <= MAX_PAYLOAD_BYTES) return body;
  throw invalid(`CALLBACK result size must be less than or equal to ${MAX_PAYLOAD_BYTES} bytes.`);
};

const EXECUTION_NAME = /^[\w-]{1,64}$/;

const invoke: Answer = ({ subject, query, headers, body }, executions) => {
  if (headers['x-amz-invocation-type'] !== 'Event') throw invalid('Only the InvocationType Event is done here.');
  const functionName = parseFunctionName(subject, query.get('Qualifier'));
  if (functionName === null) {
    throw new ServiceError('ResourceNotFoundException', `Function not found: ${subject}`);
  }
  const name = headers['x-amz-durable-execution-name'] ?? randomUUID();
  if (typeof name !== 'string' || !EXECUTION_NAME.test(name)) throw invalid('Invalid DurableExecutionName.');
  const input = body === '' ? '{}' : body;
  if (Buffer.byteLength(input) > MAX_EXECUTION_PAYLOAD_BYTES) {
    throw new ServiceError(
      'RequestTooLargeException',
      `Request must be smaller than ${MAX_EXECUTION_PAYLOAD_BYTES} bytes for the InvokeFunction operation.`,
    );
  }
  parse(input);
  const arn = executions.start({ functionName, name, input });
  return { status: 202, headers: { 'x-amz-durable-execution-arn': arn, 'x-amz-executed-version': VERSION } };
};

const checkpoint: Answer = ({ subject, body }, executions) => {
  const { CheckpointToken, ClientToken, Updates } = parse(body) as {
    readonly CheckpointToken?: string;
    readonly ClientToken?: string;
    readonly Updates?: readonly OperationUpdate[];
  };
  const execution = executions.running(subject);
  if (execution === null) throw invalid('Invalid Checkpoint Token');
  const request = { token: CheckpointToken ?? '', clientToken: ClientToken, updates: Updates ?? [] };
  const { token, changed } = execution.checkpoint(request);
  const Operations = changed.map((operation) => describeOperation(operation, inSeconds));
  return { status: 200, body: { CheckpointToken: token, NewExecutionState: { Operations } } };
};

const readState: Answer = ({ subject, query }, executions) => {
  const execution = executions.running(subject);
  if (execution === null) throw invalid('Invalid Checkpoint Token');
  execution.check(query.get('CheckpointToken') ?? '');
  const maxItems = Number(query.get('MaxItems') ?? MAX_PAGE) || MAX_PAGE;
  return { status: 200, body: statePage(execution, inSeconds, { marker: query.get('Marker'), maxItems }) };
};

const describe: Answer = ({ subject }, executions) => {
  const { head, ended, timeoutMs } = executions.describe(subject);
  return {
    status: 200,
    body: {
      DurableExecutionArn: executionArn(head),
      DurableExecutionName: head.name,
      FunctionArn: functionArn(head.functionName),
      Version: VERSION,
      Status: ended?.ending.status ?? 'RUNNING',
      InputPayload: head.input,
      Result: ended?.ending.status === 'SUCCEEDED' ? ended.ending.result : undefined,
      Error: ended?.ending.status === 'SUCCEEDED' ? undefined : ended?.ending.error,
      StartTimestamp: inSeconds(head.startedAt),
      EndTimestamp: ended === null ? undefined : inSeconds(ended.endedAt),
      ExecutionDataIncluded: true,
      DurableConfig: { ExecutionTimeout: timeoutMs / 1_000 },
    },
  };
};

const stop: Answer = ({ subject, body }, executions) => ({
  status: 200,
  body: { StopTimestamp: inSeconds(executions.stop(subject, parseError(body))) },
});

const answered = (taken: boolean): ApiResponse => {
  if (taken) return { status: 200, body: {} };
  throw new ServiceError('CallbackTimeoutException', 'The callback has expired or is already closed.');
};

const succeed: Answer = ({ subject, body }, executions) =>
  answered(executions.answerCallback(subject, { kind: 'success', result: checkSize(body) || undefined }));

const fail: Answer = ({ subject, body }, executions) =>
  answered(executions.answerCallback(subject, { kind: 'failure', error: parseError(checkSize(body)) ?? {} }));

const heartbeat: Answer = ({ subject }, executions) =>
  answered(executions.answerCallback(subject, { kind: 'heartbeat' }));

const EXECUTION = '/2025-12-01/durable-executions/';
const CALLBACK = '/2025-12-01/durable-execution-callbacks/';

/** Method, what the path begins and ends with around its variable, and who answers. */
const OPERATIONS: readonly (readonly [method: string, before: string, after: string, answer: Answer])[] = [
  ['POST', '/2015-03-31/functions/', '/invocations', invoke],
  ['POST', EXECUTION, '/checkpoint', checkpoint],
  ['GET', EXECUTION, '/state', readState],
  ['POST', EXECUTION, '/stop', stop],
  ['GET', EXECUTION, '', describe],
  ['POST', CALLBACK, '/succeed', succeed],
  ['POST', CALLBACK, '/fail', fail],
  ['POST', CALLBACK, '/heartbeat', heartbeat],
];

/** Answers a request to the Lambda API, as far as durable executions need it. Throws a `ServiceError` where it is refused. */
export const answerLambda = (
  { method, url, headers, body }: Pick<IncomingMessage, 'method' | 'url' | 'headers'> & { readonly body: string },
  executions: Executions,
): ApiResponse => {
  const [path = '', query] = (url ?? '').split('?', 2);
  for (const [wanted, before, after, answer] of OPERATIONS) {
    if (method !== wanted || !path.startsWith(before) || !path.endsWith(after)) continue;
    const variable = path.slice(before.length, path.length - after.length);
    if (variable === '' || variable.includes('/')) continue;
    return answer(
      { subject: decodeURIComponent(variable), query: new URLSearchParams(query), headers, body },
      executions,
    );
  }
  throw new ServiceError('UnknownOperationException', 'The Lambda API does this here for durable executions alone.');
};
