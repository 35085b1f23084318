/**
 * A process of this file is one environment of Lambda: it gives the global `awslambda`, loads the handler that
 * `_HANDLER` names below `LAMBDA_TASK_ROOT`, hands it the event from standard input and writes what comes back to
 * file descriptor 3, streamed answers as API Gateway gets them: metadata, eight NUL bytes, body.
 */
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, type Writable } from 'node:stream';
import { buffer, json } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';

type Streaming = (event: unknown, stream: Writable, context: unknown) => Promise<void>;
type Buffered = (event: unknown, context: unknown) => Promise<unknown>;

const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
const PRELUDE_END = '\0'.repeat(8);
const RESULT = 3;

const awslambda = {
  streamifyResponse: (handler: Streaming) => Object.assign(handler, { [STREAMING]: 'response' }),
  HttpResponseStream: {
    from(stream: Writable, metadata: unknown) {
      stream.write(JSON.stringify(metadata) + PRELUDE_END);
      return stream;
    },
  },
};
Object.assign(globalThis, { awslambda });

const [path = '', exported = ''] = (process.env['_HANDLER'] ?? '').split(/\.(?=[^.]*$)/);
const file = pathToFileURL(join(process.env['LAMBDA_TASK_ROOT'] ?? '', `${path}.mjs`));
const handler = ((await import(file.href)) as Record<string, Streaming | Buffered>)[exported];
if (handler === undefined) throw new Error(`There is no ${exported} in ${path}.`);

const context = {
  awsRequestId: 'c0ffee00-0000-4000-8000-000000000000',
  functionName: process.env['AWS_LAMBDA_FUNCTION_NAME'],
  getRemainingTimeInMillis: () => 100_000,
};
const event: unknown = await json(process.stdin);
if (STREAMING in handler) {
  const stream = new PassThrough();
  const sent = buffer(stream);
  await (handler as Streaming)(event, stream, context);
  writeSync(RESULT, await sent);
} else {
  writeSync(RESULT, JSON.stringify((await (handler as Buffered)(event, context)) ?? null));
}
// Lambda freezes an environment between requests; nothing may rely on running on.
process.exit(0);
