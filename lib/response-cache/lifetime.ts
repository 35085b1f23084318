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
