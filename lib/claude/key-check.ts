import { ageMs, markOf, type Mark } from '../kernel/age.ts';
import type { Clock } from '../kernel/clock.ts';
import { createDeadline } from '../kernel/deadline.ts';
import { late } from '../kernel/late.ts';
import { loadClients, type AnthropicClientOptions } from './anthropic-client.ts';
import { isRefusal, statusOf } from './reachability.ts';
import type { PoolKey } from './types.ts';

/** Tells a key that the provider refuses from a request that its account may not make: both are a 403. */
export interface KeyCheck {
  /**
   * Whether the provider refuses the key an unpaid question too, the list of models. Where it does not answer in time,
   * nothing speaks against the key. Never rejects.
   */
  isRefused(key: PoolKey): Promise<boolean>;
}

export interface KeyCheckOptions extends Pick<AnthropicClientOptions, 'baseUrl'> {
  readonly clock: Clock;
}

/** How long an answer stands, in milliseconds: a client that is refused a hundred times a second asks six times a minute. */
const ANSWER_MS = 10_000;
/** Longest wait for one. */
const LIMIT_MS = 3_000;
/** More than any pool has keys. */
const MAX_KNOWN = 100;

export const createKeyCheck = ({ baseUrl, clock }: KeyCheckOptions): KeyCheck => {
  const clientOf = late(() => loadClients(baseUrl));
  const known = new Map<string, { readonly since: Mark; readonly refused: Promise<boolean> }>();
  const ask = async (key: PoolKey): Promise<boolean> => {
    using limit = createDeadline(clock, LIMIT_MS);
    const client = (await clientOf())(key);
    return isRefusal(await statusOf(client, '/v1/models?limit=1', limit.signal));
  };
  return {
    isRefused(key) {
      const last = known.get(key.id);
      if (last !== undefined && ageMs(clock, last.since) < ANSWER_MS) return last.refused;
      if (known.size >= MAX_KNOWN) known.clear();
      const refused = ask(key).catch(() => false);
      known.set(key.id, { since: markOf(clock), refused });
      return refused;
    },
  };
};
