import type { Clock } from '../kernel/clock.ts';
import { isRefusal, MODELS_PATH, statusOf } from '../model-call/keys/key-check.ts';
import type { PoolKey, Provider } from '../model-call/provider.ts';
import { isSendable } from '../secrets/provider-keys.ts';
import type { Finding, Probe } from './check.ts';
import { findingOfClock } from './clock-skew.ts';
import { findingOfPool } from './key-pool.ts';

/** Asks the provider without paying: the list of models, or what it says of one. */
export interface Reachability {
  /** Degraded while the provider fails, because it may come back by itself; unhealthy without a key that it accepts. */
  readonly api: Probe;
  /** Whether this clock is that of the provider, by the answer that `api` is getting, or has got. */
  readonly clock: Probe;
  /** Which keys the provider rejects: what `api` finds out about the first, and as many questions as there are others. */
  readonly keys: Probe;
  /** Whether the provider answers for this model. Rejects where it could not be asked for want of a key. */
  model(name: string, signal: AbortSignal): Promise<boolean>;
}

export interface ReachabilityOptions {
  readonly provider: Pick<Provider, 'ask'>;
  /** Those of the pool; the first asks where any would do. Rejects where there is none. */
  readonly keys: () => Promise<readonly PoolKey[]>;
  readonly clock: Pick<Clock, 'now'>;
}

const REJECTED = { status: 'unhealthy', detail: 'rejects the key' } as const;
const UNSENDABLE = { status: 'unhealthy', detail: 'rejects the key: no header can carry it' } as const;
const KEYLESS = { status: 'unhealthy', detail: 'there is no key to ask with' } as const;
const SILENT = { status: 'degraded', detail: 'does not answer' } as const;

const answered = (status: number | null): status is number => status !== null && status < 500;

export const createReachability = ({ provider, keys, clock }: ReachabilityOptions): Reachability => {
  const firstKey = async (): Promise<PoolKey> => {
    const [first] = await keys();
    if (first === undefined) throw new Error('the pool has no key');
    return first;
  };
  let skewMs: number | null = null;
  let asking: Promise<Finding | undefined> = Promise.resolve(undefined);
  /** The provider, whose good answers are held against this clock. */
  const compared: Pick<Provider, 'ask'> = {
    async ask(...asked) {
      const reply = await provider.ask(...asked);
      const toldMs = Date.parse(reply.date ?? '');
      if (!Number.isNaN(toldMs)) skewMs = toldMs - clock.now();
      return reply;
    },
  };
  const askWith = async (key: PoolKey, asked: Pick<Provider, 'ask'>, signal: AbortSignal): Promise<Finding> => {
    if (!isSendable(key.value)) return UNSENDABLE;
    const status = await statusOf(asked, MODELS_PATH, { key, signal });
    if (!answered(status)) return SILENT;
    return isRefusal(status) ? REJECTED : { status: 'healthy' };
  };
  const askForModels = async (signal: AbortSignal): Promise<Finding> => {
    const key = await firstKey().catch(() => null);
    return key === null ? KEYLESS : askWith(key, compared, signal);
  };
  return {
    api: {
      ask(signal) {
        skewMs = null;
        const finding = askForModels(signal);
        asking = finding.catch(() => undefined);
        return finding;
      },
      failed: SILENT,
    },
    clock: {
      async ask() {
        await asking;
        return findingOfClock(skewMs);
      },
      failed: findingOfClock(null),
    },
    keys: {
      async ask(signal) {
        const pool = await keys().catch(() => []);
        if (pool.length === 0) return KEYLESS;
        const others = pool.slice(1).map((key) => askWith(key, provider, signal));
        const found = await Promise.all([asking, ...others]);
        return findingOfPool(found.map((finding) => finding?.status === 'unhealthy'));
      },
      failed: { status: 'healthy', detail: 'not asked in time: the provider does not answer' },
    },
    async model(name, signal) {
      const asked = await firstKey();
      return answered(await statusOf(provider, `/v1/models/${encodeURIComponent(name)}`, { key: asked, signal }));
    },
  };
};
