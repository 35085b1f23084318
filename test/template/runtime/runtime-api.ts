import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, readAnswer } from './answer.ts';

export interface InvocationOptions {
  /** Until Lambda would kill it. */
  readonly timeoutMs: number;
  /** As whom it is called. */
  readonly arn: string;
  /** What the environment finds changed since it was frozen. Default: nothing. */
  readonly thaw?: Thaw | undefined;
}

/** What a process finds changed when it is thawed. */
export interface Thaw {
  /** By how much its wall clock is ahead of this machine's, in all. */
  readonly wallMs: number;
  /** The same of its monotonic clock, which may have stood still. */
  readonly monotonicMs?: number;
  /** Values of its variables from now on. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** One event that was given to an environment. */
export interface Invocation {
  readonly id: string;
  /** The first bytes of its answer are there; never, where it has none. */
  readonly begun: Promise<void>;
  /** What the environment said to it; rejects when the environment has ended without a word. */
  readonly answer: Promise<Answer>;
  /** The environment has asked for the next one: it is frozen from here on. */
  readonly over: Promise<void>;
}

/** Lambda's side of an environment: hands it one event after the other, and takes what it says. */
export interface RuntimeApi {
  /** For `AWS_LAMBDA_RUNTIME_API`. */
  readonly address: string;
  /** The environment has loaded its function and waits for its first event. */
  readonly ready: Promise<void>;
  invoke(event: unknown, options: InvocationOptions): Invocation;
  /** How many are with the environment, and have no answer yet. */
  underWay(): number;
  /** The environment is gone, for this reason: whoever waits for it hears so. */
  abandon(error: Error): void;
  close(): Promise<void>;
}

interface Pending {
  readonly id: string;
  readonly body: string;
  readonly options: InvocationOptions;
  readonly begun: PromiseWithResolvers<void>;
  readonly answered: PromiseWithResolvers<Answer>;
  readonly over: PromiseWithResolvers<void>;
  hasAnswer: boolean;
}

const NEXT = /^\/2018-06-01\/runtime\/invocation\/next$/;
const SAID = /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/;
/** Read by `native-client.mjs` before the function has the event. */
const THAW = 'ballast-thaw';
const INIT_ERROR = /^\/2018-06-01\/runtime\/init\/error$/;

const traceHeader = () =>
  `Root=1-00000000-${randomUUID().replaceAll('-', '').slice(8)};Parent=${'a'.repeat(16)};Sampled=0`;

const give = (response: ServerResponse, { id, body, options }: Pending) => {
  const headers = {
    'content-type': 'application/json',
    'lambda-runtime-aws-request-id': id,
    'lambda-runtime-deadline-ms': String(Date.now() + (options.thaw?.wallMs ?? 0) + options.timeoutMs),
    'lambda-runtime-invoked-function-arn': options.arn,
    'lambda-runtime-trace-id': traceHeader(),
    ...(options.thaw === undefined ? {} : { [THAW]: JSON.stringify(options.thaw) }),
  };
  response.writeHead(200, headers).end(body);
};

/** The request to its end, or as far as it came. */
const received = (
  request: IncomingMessage,
  onPiece: () => void,
): Promise<{ readonly pieces: Buffer[]; readonly isWhole: boolean }> =>
  new Promise((resolve) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => {
      pieces.push(piece);
      onPiece();
    });
    request.once('close', () => resolve({ pieces, isWhole: request.complete }));
    request.once('error', () => undefined);
  });

export const startRuntimeApi = async (): Promise<RuntimeApi> => {
  const queued: Pending[] = [];
  const asking: ServerResponse[] = [];
  const open = new Map<string, Pending>();
  const ready = Promise.withResolvers<void>();
  let lost: Error | undefined;

  const handOut = () => {
    while (queued.length > 0 && asking.length > 0) {
      const response = asking.shift();
      if (response === undefined || response.destroyed) continue;
      const pending = queued.shift();
      if (pending === undefined) return;
      open.set(pending.id, pending);
      give(response, pending);
    }
  };
  const takeNext = (response: ServerResponse) => {
    ready.resolve();
    for (const pending of open.values()) {
      if (!pending.hasAnswer) continue;
      open.delete(pending.id);
      pending.over.resolve();
    }
    asking.push(response);
    handOut();
  };
  const takeAnswer = async (request: IncomingMessage, response: ServerResponse, id: string, isError: boolean) => {
    const pending = open.get(id);
    const said = await received(request, () => pending?.begun.resolve());
    if (pending === undefined) return void response.writeHead(400).end('{}');
    pending.hasAnswer = true;
    pending.answered.resolve(readAnswer(request, said, isError));
    response.writeHead(202).end('{"status":"OK"}');
  };
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: 600_000 }, (request, response) => {
    const path = request.url ?? '';
    if (NEXT.test(path)) return takeNext(response);
    const [, id, kind] = SAID.exec(path) ?? [];
    if (id !== undefined) return void takeAnswer(request, response, decodeURIComponent(id), kind === 'error');
    const isKnown = INIT_ERROR.test(path);
    request.resume().once('end', () => void response.writeHead(isKnown ? 202 : 404).end('{"status":"OK"}'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Each is waited for by whom it concerns, or by nobody.
  void ready.promise.catch(() => undefined);
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    ready: ready.promise,
    invoke(event, options) {
      const id = randomUUID();
      const begun = Promise.withResolvers<void>();
      const answered = Promise.withResolvers<Answer>();
      const over = Promise.withResolvers<void>();
      void answered.promise.catch(() => undefined);
      void over.promise.catch(() => undefined);
      const pending = { id, body: JSON.stringify(event), options, begun, answered, over, hasAnswer: false };
      if (lost !== undefined) {
        answered.reject(lost);
        over.reject(lost);
      } else {
        queued.push(pending);
        handOut();
      }
      return { id, begun: begun.promise, answer: answered.promise, over: over.promise };
    },
    underWay: () => [...open.values()].filter(({ hasAnswer }) => !hasAnswer).length,
    abandon(error) {
      lost = error;
      ready.reject(error);
      for (const { answered, over } of [...open.values(), ...queued]) {
        answered.reject(error);
        over.reject(error);
      }
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
