import { expect, it } from 'vitest';
import { type CacheLifetime, cacheLifetime, type LifetimeSources } from '../../lib/response-cache/decision.ts';

const NOTHING: LifetimeSources = {
  asked: undefined,
  agentTtlSeconds: null,
  tenantTtlSeconds: null,
  stageTtlSeconds: 300,
};
const BYPASS: CacheLifetime = { mode: 'bypass' };

it.each<[string, Partial<LifetimeSources>, CacheLifetime]>([
  ['nothing said, nothing cached', {}, BYPASS],
  ["an agent's lifetime is word enough", { agentTtlSeconds: 60 }, { mode: 'use', ttlSeconds: 60 }],
  ["a tenant's lifetime alone is not", { tenantTtlSeconds: 10 }, BYPASS],
  [
    "the tenant's wins over the agent's",
    { agentTtlSeconds: 60, tenantTtlSeconds: 10 },
    { mode: 'use', ttlSeconds: 10 },
  ],
  ['also where it is longer', { agentTtlSeconds: 60, tenantTtlSeconds: 90 }, { mode: 'use', ttlSeconds: 90 }],
  ['and 0 means never', { agentTtlSeconds: 60, tenantTtlSeconds: 0 }, BYPASS],
  ['whoever asks', { asked: 'use', agentTtlSeconds: 60, tenantTtlSeconds: 0 }, BYPASS],
  ['and for whatever', { asked: 'refresh', tenantTtlSeconds: 0 }, BYPASS],
  ["a request that asks gets the stage's", { asked: 'use' }, { mode: 'use', ttlSeconds: 300 }],
  ["or the agent's", { asked: 'use', agentTtlSeconds: 60 }, { mode: 'use', ttlSeconds: 60 }],
  ["or the tenant's", { asked: 'use', tenantTtlSeconds: 10 }, { mode: 'use', ttlSeconds: 10 }],
  ['a refresh has the same', { asked: 'refresh' }, { mode: 'refresh', ttlSeconds: 300 }],
  ["and the agent's first", { asked: 'refresh', agentTtlSeconds: 60 }, { mode: 'refresh', ttlSeconds: 60 }],
  ['a request may keep away', { asked: 'bypass', agentTtlSeconds: 60, tenantTtlSeconds: 10 }, BYPASS],
  ['a stage may have none', { asked: 'use', stageTtlSeconds: 0 }, BYPASS],
])('%s', (_title, sources, lifetime) => {
  expect(cacheLifetime({ ...NOTHING, ...sources })).toEqual(lifetime);
});
