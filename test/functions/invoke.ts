import { Writable } from 'node:stream';
import { type HttpEvent, type HttpResponse, withoutEndSlash } from '../../lib/http/types.ts';
import { metadataOf } from '../../local/lambda-shim.ts';
import { assertDescribed } from '../openapi/described-fetch.ts';

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

/** Of a domain that somebody puts before the API; it looks as much like paths of ours as it can. */
export const BASE_PATH = '/trace/deliveries/live';

export const context = { getRemainingTimeInMillis: () => 140_000 };

export interface Heard {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly body: Record<string, unknown>;
}

/** What came, which the OpenAPI description has to know. */
const heard = (event: HttpEvent | null, status: unknown, headers: unknown, text: string): Heard => {
  const came = { status: status as number, headers: headers as Record<string, string>, text };
  // What is no request of HTTP is nothing that the API describes.
  if (typeof event?.httpMethod === 'string')
    assertDescribed({ ...event, path: withoutEndSlash(event.path.replace(BASE_PATH, '')) }, came);
  const isJson = !came.headers['content-type']?.startsWith('text/');
  return { ...came, body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {} };
};

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
  return heard(event, told?.statusCode, told?.headers, Buffer.concat(chunks).toString());
};

/** Calls a buffered function as Lambda does. */
export const invoke = async (handler: unknown, event: HttpEvent): Promise<Heard> => {
  const { statusCode, headers, body } = await (handler as Buffered)(event as never, context as never);
  return heard(event, statusCode, headers, body as string);
};
