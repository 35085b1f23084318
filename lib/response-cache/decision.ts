import { forgottenAt, isFresh, type StoredAnswer } from './answer.ts';
import type { CacheEntry } from './store.ts';

/** What a request says of the cache; `undefined`: nothing. */
export type CacheWish = 'use' | 'bypass' | 'refresh' | undefined;

export interface LifetimeSources {
  readonly asked: CacheWish;
  /** `null`: the agent's answers are not cached by themselves. */
  readonly agentTtlSeconds: number | null;
  /** Wins over the agent's; 0: never cached, whoever asks. `null`: the tenant has none. */
  readonly tenantTtlSeconds: number | null;
  /** For a request that asks where neither agent nor tenant has one. */
  readonly stageTtlSeconds: number;
}

/** How a run meets the cache; `ttlSeconds` is above 0. */
export type CacheLifetime =
  { readonly mode: 'bypass' } | { readonly mode: 'use' | 'refresh'; readonly ttlSeconds: number };

/** Which lifetime holds. Without a word in the request only an agent with a lifetime of its own is cached. */
export const cacheLifetime = (sources: LifetimeSources): CacheLifetime => {
  const { asked, agentTtlSeconds, tenantTtlSeconds, stageTtlSeconds } = sources;
  const mode = asked ?? (agentTtlSeconds === null ? 'bypass' : 'use');
  const ttlSeconds = tenantTtlSeconds ?? agentTtlSeconds ?? stageTtlSeconds;
  return mode === 'bypass' || ttlSeconds <= 0 ? { mode: 'bypass' } : { mode, ttlSeconds };
};

/** What an entry means for who looks at it. */
export type Decision =
  | { readonly kind: 'hit'; readonly answer: StoredAnswer }
  /** Another makes the answer: look again in a while. */
  | { readonly kind: 'wait' }
  /** The last one who made an answer could not share it, nor will the next: nobody waits for anybody. */
  | { readonly kind: 'run-alone' }
  /** Nobody makes it, or who did is dead: try to be the one who does. */
  | { readonly kind: 'lead' };

/** `ttlMs`: the lifetime that holds for who looks. A fresh answer counts, whatever has become of its flight. */
export const decide = ({ answer, flight }: CacheEntry, now: number, ttlMs: number): Decision => {
  if (answer !== null && isFresh(answer, now, ttlMs)) return { kind: 'hit', answer };
  if (flight === null || flight.endsAt <= now) return { kind: 'lead' };
  return { kind: flight.state === 'unshared' ? 'run-alone' : 'wait' };
};

/** The answer that may stand in where no other is to be had, however fresh it still is; `null`: there is none. */
export const standIn = ({ answer }: CacheEntry, now: number): StoredAnswer | null =>
  answer !== null && now < forgottenAt(answer) ? answer : null;
