import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';
import type { HttpEvent } from './types.ts';

/** What API Gateway takes of the request line and the values of the headers together, in bytes. */
export const MAX_HEAD_BYTES = 10_240;

/**
 * What the front adds to a head that it has taken: the client's address, a port, the id of a trace. Without room for it, a
 * function would refuse what API Gateway has just let through.
 */
const ADDED_BYTES = 512;

export const headTooLarge = (): AppError =>
  new AppError(
    'headers-too-large',
    safe`The path, the query and the values of the headers take more than ${MAX_HEAD_BYTES} bytes.`,
  );

type Values = Readonly<Record<string, unknown>> | null | undefined;

/** Of what an event says may be anything, so that only texts count. */
const lengthOf = (value: unknown): number => (typeof value === 'string' ? value.length : 0);

const lengthOfAll = (value: unknown): number =>
  Array.isArray(value) ? value.reduce<number>((length, one) => length + lengthOf(one), 0) : lengthOf(value);

const valuesLength = (values: Values): number =>
  Object.values(values ?? {}).reduce<number>((length, value) => length + lengthOfAll(value), 0);

const namesLength = (values: Values): number =>
  Object.keys(values ?? {}).reduce((length, name) => length + name.length, 0);

/** A character is a byte or more, and a query comes decoded: what API Gateway lets through is never more by this count. */
const headLength = (event: HttpEvent): number => {
  const query = event.multiValueQueryStringParameters ?? event.queryStringParameters;
  return (
    event.path.length +
    namesLength(query) +
    valuesLength(query) +
    valuesLength(event.multiValueHeaders ?? event.headers) +
    lengthOfAll(event.cookies)
  );
};

/**
 * Refuses a head that API Gateway would. A function URL and a load balancer do not: the latter hands on 64 KB of headers.
 * Throws `headers-too-large`.
 */
export const checkHead = (event: HttpEvent): void => {
  if (headLength(event) > MAX_HEAD_BYTES + ADDED_BYTES) throw headTooLarge();
};
