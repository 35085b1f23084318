import { Writable } from 'node:stream';
import type { HttpEvent, HttpResponse } from '../../lib/http/types.ts';
import { metadataOf } from '../../local/lambda-shim.ts';

/** An event as API Gateway makes it; `body` is put in as it is. */
export const httpEvent = (over: Partial<HttpEvent> = {}): HttpEvent => ({
  httpMethod: 'POST',
  path: '/agent/run',
  resource: over.path ?? '/agent/run',
  headers: { 'x-api-key': 'good', 'content-type': 'application/json' },
  queryStringParameters: null,
  multiValueQueryStringParameters: null,
  pathParameters: null,
  body: '{"task":"Do it."}',
  isBase64Encoded: false,
  ...over,
});

export const context = { getRemainingTimeInMillis: () => 140_000 };

export interface Heard {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly body: Record<string, unknown>;
}

const heard = (status: unknown, headers: unknown, text: string): Heard => ({
  status: status as number,
  headers: headers as Record<string, string>,
  text,
  body: JSON.parse(text) as Record<string, unknown>,
});

type Streaming = (event: never, stream: Writable, context: never) => Promise<void>;
type Buffered = (event: never, context: never) => Promise<HttpResponse>;

/** Calls a streaming function as Lambda does, and hears it to its end. */
export const invokeStreaming = async (handler: unknown, event: HttpEvent, over: object = {}): Promise<Heard> => {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  await (handler as Streaming)(event as never, stream, { ...context, ...over } as never);
  const told = metadataOf(stream);
  return heard(told?.statusCode, told?.headers, Buffer.concat(chunks).toString());
};

/** Calls a buffered function as Lambda does. */
export const invoke = async (handler: unknown, event: HttpEvent): Promise<Heard> => {
  const { statusCode, headers, body } = await (handler as Buffered)(event as never, context as never);
  return heard(statusCode, headers, body as string);
};
