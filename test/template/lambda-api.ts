import { listen } from '../../local/simulated-claude/listen.ts';
import { mayDo } from './permitted.ts';

interface Update {
  readonly Id: string;
  readonly Action: string;
  readonly Payload?: string;
}

/** The Lambda API as far as asynchronous runs ask it: it keeps nothing but what was asked, and looks at the caller's role. */
export interface PermittedLambda {
  readonly url: string;
  /** Starts of executions so far, by name. */
  readonly started: { readonly functionName: string; readonly name: string; readonly payload: string }[];
  /** What was checkpointed so far: the action, and what it is of. */
  readonly checkpointed: string[];
  readonly denied: readonly string[];
  /** Who calls from now on. */
  as(functionName: string): void;
  /** Whether starts are refused from now on, as where no concurrency is left. */
  throttle(isThrottled: boolean): void;
  /** How many were. */
  throttled(): number;
  close(): Promise<void>;
}

const FUNCTION_ARN = 'arn:aws:lambda:us-east-1:000000000000:function:';

const STATUS: Readonly<Record<string, string>> = {
  START: 'STARTED',
  SUCCEED: 'SUCCEEDED',
  FAIL: 'FAILED',
  RETRY: 'PENDING',
};

const PATHS: readonly (readonly [path: RegExp, action: string])[] = [
  [/^\/2015-03-31\/functions\/([^/]+)\/invocations$/, 'lambda:InvokeFunction'],
  [/\/durable-executions\/([^/]+)\/checkpoint$/, 'lambda:CheckpointDurableExecution'],
  [/\/durable-executions\/([^/]+)\/state$/, 'lambda:GetDurableExecutionState'],
  [/\/durable-execution-callbacks\/([^/]+)\/succeed$/, 'lambda:SendDurableExecutionCallbackSuccess'],
];

export const startPermittedLambda = async (): Promise<PermittedLambda> => {
  const started: PermittedLambda['started'] = [];
  const checkpointed: string[] = [];
  const denied: string[] = [];
  let caller = '(nobody)';
  let [isThrottled, throttled] = [false, 0];

  const check = (action: string, subject: string): void => {
    const resource =
      FUNCTION_ARN + (action === 'lambda:InvokeFunction' ? subject : 'ballast-dev-execute-run:1/an-execution');
    if (!mayDo(caller, { action, resource, leadingKeys: null })) denied.push(`${caller}: ${action} ${resource}`);
  };
  const checkpoint = (raw: Buffer): object => {
    const { Updates = [] } = JSON.parse(raw.toString()) as { readonly Updates?: readonly Update[] };
    checkpointed.push(
      ...Updates.map(({ Action, ...update }) => `${Action} ${String((update as { Name?: string }).Name)}`),
    );
    const Operations = Updates.map(({ Action, Payload, ...update }) => ({
      ...update,
      Status: STATUS[Action] ?? 'STARTED',
      StepDetails: { Attempt: 1, Result: Payload },
    }));
    return { CheckpointToken: `token-${String(checkpointed.length)}`, NewExecutionState: { Operations } };
  };

  const server = await listen(0, async ({ path, headers, raw, response }) => {
    const [[, subject = ''], action] = PATHS.map(([each, does]) => [each.exec(path) ?? [], does] as const).find(
      ([match]) => match.length > 0,
    ) ?? [[], 'lambda:Unknown'];
    const functionName = decodeURIComponent(subject);
    check(action, functionName);
    if (action === 'lambda:InvokeFunction' && isThrottled) {
      throttled += 1;
      response.writeHead(429, { 'content-type': 'application/json', 'x-amzn-errortype': 'TooManyRequestsException' });
      const Reason = 'ReservedFunctionConcurrentInvocationLimitExceeded';
      return void response.end(JSON.stringify({ Type: 'User', Reason, message: 'Rate Exceeded.' }));
    }
    if (action === 'lambda:InvokeFunction') {
      const name = String(headers['x-amz-durable-execution-name']);
      started.push({ functionName, name, payload: raw.toString() });
    }
    const answer = action === 'lambda:CheckpointDurableExecution' ? checkpoint(raw) : {};
    response.writeHead(action === 'lambda:InvokeFunction' ? 202 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer));
    await Promise.resolve();
  });
  return {
    url: server.url,
    started,
    checkpointed,
    denied,
    as: (name) => (caller = name),
    throttle: (now) => (isThrottled = now),
    throttled: () => throttled,
    close: () => server.close(),
  };
};
