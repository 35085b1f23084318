import { createSharedRead } from '../../kernel/caching/shared-read.ts';
import type { Clock } from '../../kernel/clock.ts';
import { createDeadline } from '../../kernel/deadline.ts';
import type { PoolKey, Provider } from '../provider.ts';

/** Tells a key that the provider refuses from a request that its account may not make: both are a 403. */
export interface KeyCheck {
  /**
   * Whether the provider refuses the key an unpaid question too, the list of models. Where it does not answer in time,
   * nothing speaks against the key. Never rejects.
   */
  isRefused(key: PoolKey): Promise<boolean>;
}

export interface KeyCheckOptions {
  readonly provider: Pick<Provider, 'ask'>;
  readonly clock: Clock;
}

/** What every key may ask, and what costs nothing. */
export const MODELS_PATH = '/v1/models?limit=1';
/** How long an answer stands, in milliseconds: a client that is refused a hundred times a second asks six times a minute. */
const ANSWER_MS = 10_000;
/** Longest wait for one. */
const LIMIT_MS = 3_000;
/** More than any pool has keys. */
const MAX_KNOWN = 100;

/** The status of the answer to an unpaid question; `null` where there was none. */
export const statusOf = async (
  provider: Pick<Provider, 'ask'>,
  path: string,
  asking: Parameters<Provider['ask']>[1],
): Promise<number | null> => {
  try {
    await provider.ask({ method: 'GET', path }, asking);
    return 200;
  } catch (error) {
    const { status } = error as { status?: unknown };
    return typeof status === 'number' ? status : null;
  }
};

/** Whether a status refuses the key, where nothing is asked that an account could lack. */
export const isRefusal = (status: number | null): boolean => status === 401 || status === 403;

export const createKeyCheck = ({ provider, clock }: KeyCheckOptions): KeyCheck => {
  const answers = createSharedRead<boolean>({ clock, ttlMs: ANSWER_MS, maxEntries: MAX_KNOWN });
  const ask = async (key: PoolKey): Promise<boolean> => {
    using limit = createDeadline(clock, LIMIT_MS);
    return isRefusal(await statusOf(provider, MODELS_PATH, { key, signal: limit.signal }));
  };
  return { isRefused: (key) => answers.find(key.id, () => ask(key).catch(() => false)) };
};
