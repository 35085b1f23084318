import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';
import { type HttpEvent, listHeader } from './types.ts';

/** Says how many Ballasts a request has passed; each adds one on the way to its provider. */
export const HOPS_HEADER = 'x-ballast-hops';

/** More digits than any chain has members. */
const HOPS = /^\d{1,4}$/;

/** How many other Ballasts a request has passed; none without the header. Throws `invalid-request` for what is no number. */
export const hopsOf = (event: Pick<HttpEvent, 'headers' | 'multiValueHeaders'>): number => {
  const declared = listHeader(event, HOPS_HEADER);
  if (declared === undefined) return 0;
  // Who cannot say how far a request has come may be a loop that nobody counts.
  if (!HOPS.test(declared))
    throw new AppError('invalid-request', safe`The header x-ballast-hops must be a whole number.`);
  return Number(declared);
};

/** Throws `invalid-request` for a request that has passed more other Ballasts than `maxHops`. */
export const checkHops = (event: Pick<HttpEvent, 'headers' | 'multiValueHeaders'>, maxHops: number): void => {
  const hops = hopsOf(event);
  if (hops <= maxHops) return;
  const message = safe`The request has come through another Ballast (x-ballast-hops: ${hops}), and MAX_HOPS is ${maxHops}: raise it where that is meant, or set ANTHROPIC_BASE_URL to the provider.`;
  throw new AppError('invalid-request', message);
};
