import type { IncomingMessage } from 'node:http';
import { headTooLarge, MAX_HEAD_BYTES } from '../lib/http/request-head.ts';
import { AppError } from '../lib/kernel/errors.ts';
import { safe } from '../lib/kernel/redacted.ts';

/** As Apache has it by default; API Gateway says of no number. */
export const MAX_HEADERS = 100;

/** What Node's parser takes of a head, above which there is no request to answer. */
export const MAX_PARSED_HEAD_BYTES = 16_384;

/** Refuses a head that the API would, or that no client has reason to send. */
export const checkHead = ({ url = '', rawHeaders }: Pick<IncomingMessage, 'url' | 'rawHeaders'>): void => {
  const values = rawHeaders.filter((_, index) => index % 2 === 1);
  if (values.length > MAX_HEADERS)
    throw new AppError('headers-too-large', safe`The request has more than ${MAX_HEADERS} headers.`);
  // Each character of what Node hands over is one byte.
  if (values.reduce((length, value) => length + value.length, url.length) > MAX_HEAD_BYTES) throw headTooLarge();
};
