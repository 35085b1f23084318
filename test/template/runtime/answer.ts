import type { IncomingMessage } from 'node:http';

/** What an environment said to one event, as API Gateway gets it. */
export interface Answer {
  /** `error`: the function threw; `cut`: its answer has no end. */
  readonly kind: 'response' | 'error' | 'cut';
  readonly isStreamed: boolean;
  readonly contentType: string;
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** In how many pieces it came. */
  readonly pieces: number;
  /** By which a stream says that it failed after its head. */
  readonly trailers: Readonly<Record<string, string>>;
  /** As the runtime tells of it: class, message and stack. */
  readonly error: { readonly errorType: string; readonly errorMessage: string } | null;
}

const PRELUDE_END = Buffer.alloc(8);
const ERROR_TRAILER = 'lambda-runtime-function-error-body';

interface Head {
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An answer in one piece is JSON; a streamed one is its metadata, eight NUL bytes, and its body. */
const parsed = (raw: Buffer, isStreamed: boolean): Head => {
  if (!isStreamed) return raw.length === 0 ? {} : ((JSON.parse(raw.toString()) ?? {}) as Head);
  const end = raw.indexOf(PRELUDE_END);
  if (end < 0) return { body: raw.toString() };
  const head = JSON.parse(raw.subarray(0, end).toString()) as Head;
  return { ...head, body: raw.subarray(end + PRELUDE_END.length).toString() };
};

export const readAnswer = (
  { headers, trailers }: IncomingMessage,
  { pieces, isWhole }: { readonly pieces: readonly Buffer[]; readonly isWhole: boolean },
  isError: boolean,
): Answer => {
  const raw = Buffer.concat(pieces);
  const isStreamed = headers['lambda-runtime-function-response-mode'] === 'streaming';
  const failure = trailers[ERROR_TRAILER];
  const told = isError ? raw.toString() : failure && Buffer.from(failure, 'base64').toString();
  const error = told ? (JSON.parse(told) as Answer['error']) : null;
  const head = isError ? {} : parsed(raw, isStreamed);
  return {
    kind: error === null ? (isWhole ? 'response' : 'cut') : 'error',
    isStreamed,
    contentType: headers['content-type'] ?? '',
    // What no function behind the API says stays as it came: nothing.
    statusCode: head.statusCode as number,
    headers: head.headers as Readonly<Record<string, string>>,
    body: head.body as string,
    pieces: pieces.length,
    trailers: trailers as Readonly<Record<string, string>>,
    error,
  };
};
