import type { Clock } from '../../lib/kernel/clock.ts';
import { createDeadline } from '../../lib/kernel/deadline.ts';
import { type CacheKey, cacheKey, type CacheParts } from '../../lib/response-cache/key.ts';
import {
  createResponseCache,
  type Look,
  type OpenOptions,
  type ResponseCacheOptions,
} from '../../lib/response-cache/response-cache.ts';
import type { CacheStore } from '../../lib/response-cache/store.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';
import { seededRandom } from '../seeded-random.ts';

/** Far ahead: an engine that sweeps goes by the machine's clock, and what expires in tests is to lie there unswept. */
export const NOW = Date.UTC(2100, 0, 1);
export const TTL_SECONDS = 60;
export const TTL_MS = TTL_SECONDS * 1_000;
export const LEASE_MS = 30_000;
export const RUN_MS = 120_000;

const random = seededRandom(51);
/** One sequence for all, so that no two flights of a run have the same owner. */
export const randomBytes = (length: number) => Uint8Array.from({ length }, () => Math.floor(random() * 256));

export const PARTS: CacheParts = {
  agent: ['assistant', '1', 'Be brief.', 4_096, [{ name: 'calculate', description: 'Works it out.' }]],
  provider: 'anthropic',
  model: 'claude-sonnet-5-5',
  messages: [{ role: 'user', content: 'Hello' }],
  task: 'What is 2 + 2?',
  policyVersion: '1',
  userId: null,
};

export const keyFor = (task: string, tenantId = 'acme'): CacheKey =>
  cacheKey({ tenantId, cacheVersion: 0 }, { ...PARTS, task });

/** One environment's cache on a store, and what may be asked of it in a word. */
export const environment = (store: CacheStore, clock: Clock, options: Partial<ResponseCacheOptions> = {}) => {
  const events: BallastEvent[] = [];
  const emit = (event: BallastEvent) => void events.push(event);
  const cache = createResponseCache({ store, clock, random, randomBytes, emit, leaseMs: LEASE_MS, ...options });
  const open = (key: CacheKey, { deadline, ...asked }: Partial<OpenOptions> = {}): Promise<Look> =>
    cache.open(key, {
      mode: 'use',
      ttlSeconds: TTL_SECONDS,
      ...asked,
      deadline: deadline ?? createDeadline(clock, RUN_MS),
    });
  return { events, open };
};

export const setUp = (store: CacheStore, options: Partial<ResponseCacheOptions> = {}) => {
  const clock: FakeClock = createFakeClock(NOW);
  return { clock, ...environment(store, clock, options) };
};

/** The miss that was expected. */
export const missed = (look: Look): Extract<Look, { kind: 'miss' }> => {
  if (look.kind !== 'miss') throw new Error(`not a miss but a ${look.kind}`);
  return look;
};

/** What of a look can be compared: its flight apart. */
export const seen = (look: Look) => (look.kind === 'miss' ? { kind: look.kind, stale: look.stale } : look);

/** Looks as they come in. */
export const collected = (looks: readonly Promise<Look>[]): Look[] => {
  const come: Look[] = [];
  for (const look of looks) void look.then((one) => come.push(one));
  return come;
};
