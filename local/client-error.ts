import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { COMMON_HEADERS } from '../lib/http/response/common-headers.ts';
import { problemResponse } from '../lib/http/response/problem.ts';
import { AppError } from '../lib/kernel/errors.ts';
import type { Ids } from '../lib/kernel/ids/ids.ts';
import { safe } from '../lib/kernel/redacted.ts';
import { MAX_PARSED_HEAD_BYTES } from './request-head.ts';

/** How long the rest of what a client sends is swallowed, so that it can read why nobody listens any more. */
const LINGER_MS = 1_000;

const refusalOf = (code: string | undefined): AppError => {
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new AppError(
      'headers-too-large',
      safe`The request line and the headers take more than ${MAX_PARSED_HEAD_BYTES} bytes.`,
    );
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new AppError('invalid-request', safe`The request did not arrive in time.`);
  }
  return new AppError('invalid-request', safe`This is not an HTTP request.`);
};

const told = new WeakSet<Socket>();

/** Answers what never became a request (malformed, oversized, too slow) in the contract's shape, and hangs up. */
export const answerClientError = (error: NodeJS.ErrnoException, socket: Socket, ids: Pick<Ids, 'request'>): void => {
  if (told.has(socket)) return;
  told.add(socket);
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const { statusCode, headers, body } = problemResponse(refusalOf(error.code), ids.request());
  const text = body as string;
  const lines = Object.entries({
    ...COMMON_HEADERS,
    ...headers,
    'content-length': Buffer.byteLength(text),
    connection: 'close',
  });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.end(`HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode] ?? ''}\r\n${head}\r\n${text}`);
  // Closing with unread bytes would reset the connection, and the answer with it.
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
};
