import type { ServerResponse } from 'node:http';

/** What a function may say before its body, as the proxy integration reads it. */
export interface Head {
  readonly statusCode?: unknown;
  readonly headers?: unknown;
  readonly multiValueHeaders?: unknown;
  readonly cookies?: unknown;
}

/** They belong to the connection, not to the answer, and the gateway sets its own. */
const OF_THE_CONNECTION = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'content-length']);

const entries = (value: unknown): [string, unknown][] =>
  typeof value === 'object' && value !== null ? Object.entries(value) : [];

const texts = (value: unknown): string[] => {
  const values: unknown[] = Array.isArray(value) ? value : [value];
  return values.map((each) => {
    if (typeof each === 'string' || typeof each === 'number' || typeof each === 'boolean') return String(each);
    throw new TypeError('a header is neither text nor a number');
  });
};

/**
 * Sets status and headers of the answer, which is given a `request-id` if it has none.
 * Throws where they are not what API Gateway would take; nothing has been sent then.
 */
export const setHead = (response: ServerResponse, head: Head, requestId: string): void => {
  const { statusCode } = head;
  if (typeof statusCode !== 'number' || !Number.isInteger(statusCode) || statusCode < 200 || statusCode > 599) {
    throw new TypeError('the answer has no valid status');
  }
  const headers = new Map<string, string[]>([['request-id', [requestId]]]);
  for (const [name, value] of [...entries(head.headers), ...entries(head.multiValueHeaders)]) {
    const known = name.toLowerCase();
    if (!OF_THE_CONNECTION.has(known) && value !== undefined && value !== null) headers.set(known, texts(value));
  }
  if (Array.isArray(head.cookies)) headers.set('set-cookie', texts(head.cookies));
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  response.statusCode = statusCode;
  for (const [name, values] of headers) response.setHeader(name, values.length === 1 ? (values[0] ?? '') : values);
};
