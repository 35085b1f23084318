import type { ServerResponse } from 'node:http';
import { MAX_PAYLOAD_BYTES } from './read-body.ts';
import { type Head, setHead } from './response-head.ts';

interface Answer extends Head {
  readonly body?: unknown;
  readonly isBase64Encoded?: unknown;
}

const bytesOf = ({ body, isBase64Encoded }: Answer): Buffer => {
  if (body === undefined || body === null) return Buffer.alloc(0);
  if (typeof body !== 'string') throw new TypeError('the body of the answer is not text');
  const bytes = Buffer.from(body, isBase64Encoded === true ? 'base64' : 'utf8');
  if (bytes.length > MAX_PAYLOAD_BYTES) throw new RangeError('the answer is larger than Lambda lets it be');
  return bytes;
};

/** Sends the answer of a buffered function. Throws, with nothing sent yet, on what API Gateway would not take for one. */
export const writeResponse = (response: ServerResponse, answer: unknown, requestId: string): void => {
  if (typeof answer !== 'object' || answer === null) throw new TypeError('the function gave no answer');
  const bytes = bytesOf(answer);
  setHead(response, answer, requestId);
  // With 204 and 304 there is no body, and a length would promise one.
  if (response.statusCode !== 204 && response.statusCode !== 304) response.setHeader('content-length', bytes.length);
  response.end(bytes);
};
