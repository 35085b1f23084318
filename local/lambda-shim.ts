import type { Writable } from 'node:stream';

/** What a streaming function says about its answer before the first byte. */
export interface StreamMetadata {
  readonly statusCode?: unknown;
  readonly headers?: unknown;
  readonly cookies?: unknown;
}

/** The property by which Lambda's own Node runtime knows a handler that writes to a stream. */
const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');

const metadata = new WeakMap<Writable, StreamMetadata>();

/** What was given to `HttpResponseStream.from` for this stream; `undefined` when nothing was, or not yet. */
export const metadataOf = (stream: Writable): StreamMetadata | undefined => metadata.get(stream);

/** Whether Lambda would call the handler with a response stream. */
export const isStreaming = (handler: unknown): boolean =>
  typeof handler === 'function' && (handler as { [STREAMING]?: string })[STREAMING] === 'response';

/**
 * What the Lambda runtime puts into the global scope of a function, and Middy's streaming takes from there.
 * As there, `from` gives back the very stream it was given, and what it was told goes out with the first write.
 */
const awslambda = {
  streamifyResponse: <T extends object>(handler: T): T => Object.assign(handler, { [STREAMING]: 'response' }),
  HttpResponseStream: {
    from<T extends Writable>(stream: T, given: StreamMetadata): T {
      metadata.set(stream, given);
      return stream;
    },
  },
};

// Importing this file is what installs it: it has to be there before the first function is imported.
Object.assign(globalThis, { awslambda });
