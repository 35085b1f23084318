import { Writable } from 'node:stream';
import type { HttpEvent } from '../../lib/http/types.ts';
import { isStreaming, metadataOf } from '../../local/lambda-shim.ts';

/** What a caller hears, streamed or not. */
export interface Heard {
  readonly status: number;
  readonly text: string;
  /** `{}` where the text is no JSON. */
  readonly body: Readonly<Record<string, unknown>>;
}

const parsed = (text: string): Record<string, unknown> => {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
};

type Buffered = (event: unknown, context: unknown) => Promise<{ readonly statusCode: number; readonly body: string }>;
type Streaming = (event: unknown, stream: Writable, context: unknown) => Promise<void>;

export const lambdaContext = { getRemainingTimeInMillis: () => 900_000 };

/** Calls a function behind the API as Lambda does, and hears it to its end. */
export const callHttp = async (handler: unknown, event: HttpEvent): Promise<Heard> => {
  if (!isStreaming(handler)) {
    const { statusCode, body } = await (handler as Buffered)(event, lambdaContext);
    return { status: statusCode, text: body, body: parsed(body) };
  }
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  await (handler as Streaming)(event, stream, lambdaContext);
  const text = Buffer.concat(chunks).toString();
  return { status: metadataOf(stream)?.statusCode as number, text, body: parsed(text) };
};
