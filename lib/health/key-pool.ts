import type { Finding } from './check.ts';

const positions = (numbers: readonly number[]): string =>
  numbers.length === 1 ? `key ${numbers[0]}` : `keys ${numbers.slice(0, -1).join(', ')} and ${numbers.at(-1)}`;

/**
 * How the pool is, by whether the provider rejects each of its keys, in the order of the secret. A rejected one costs calls an
 * attempt and leaves them to the others. Keys are named by their place alone.
 */
export const findingOfPool = (isRejected: readonly boolean[]): Finding => {
  const count = isRejected.length;
  const rejected = isRejected.flatMap((is, at) => (is ? [at + 1] : []));
  if (rejected.length === 0) return { status: 'healthy', detail: count === 1 ? '1 key' : `${count} keys` };
  if (rejected.length === count) return { status: 'unhealthy', detail: 'the provider rejects every key' };
  return { status: 'degraded', detail: `the provider rejects ${positions(rejected)} of ${count}` };
};
