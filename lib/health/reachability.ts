import type { Clock } from '../kernel/clock.ts';
import { isRefusal, MODELS_PATH, statusOf } from '../model-call/keys/key-check.ts';
import type { PoolKey, Provider } from '../model-call/provider.ts';
import { isSendable } from '../secrets/provider-keys.ts';
import type { Finding, Probe } from './check.ts';
import { findingOfClock } from './clock-skew.ts';

/** Asks the provider without paying: the list of models, or what it says of one. */
export interface Reachability {
  /** Degraded while the provider fails, because it may come back by itself; unhealthy without a key that it accepts. */
  readonly api: Probe;
  /** Whether this clock is that of the provider, by the answer that `api` is getting, or has got. */
  readonly clock: Probe;
  /** Whether the provider answers for this model. Rejects where it could not be asked for want of a key. */
  model(name: string, signal: AbortSignal): Promise<boolean>;
}

export interface ReachabilityOptions {
  readonly provider: Pick<Provider, 'ask'>;
  /** Those of the pool, asked with the first; rejects where there is none. */
  readonly keys: () => Promise<readonly PoolKey[]>;
  readonly clock: Pick<Clock, 'now'>;
}

const REJECTED = { status: 'unhealthy', detail: 'rejects the key' } as const;
const UNSENDABLE = { status: 'unhealthy', detail: 'rejects the key: no header can carry it' } as const;
const SILENT = { status: 'degraded', detail: 'does not answer' } as const;

const answered = (status: number | null): status is number => status !== null && status < 500;

export const createReachability = ({ provider, keys, clock }: ReachabilityOptions): Reachability => {
  const firstKey = async (): Promise<PoolKey> => {
    const [first] = await keys();
    if (first === undefined) throw new Error('the pool has no key');
    return first;
  };
  let skewMs: number | null = null;
  let asking: Promise<unknown> = Promise.resolve();
  /** The provider, whose good answers are held against this clock. */
  const compared: Pick<Provider, 'ask'> = {
    async ask(...asked) {
      const reply = await provider.ask(...asked);
      const toldMs = Date.parse(reply.date ?? '');
      if (!Number.isNaN(toldMs)) skewMs = toldMs - clock.now();
      return reply;
    },
  };
  const askForModels = async (signal: AbortSignal): Promise<Finding> => {
    const asked = await firstKey().catch(() => null);
    if (asked === null) return { status: 'unhealthy', detail: 'there is no key to ask with' };
    if (!isSendable(asked.value)) return UNSENDABLE;
    const status = await statusOf(compared, MODELS_PATH, { key: asked, signal });
    if (!answered(status)) return SILENT;
    return isRefusal(status) ? REJECTED : { status: 'healthy' };
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
    async model(name, signal) {
      const asked = await firstKey();
      return answered(await statusOf(provider, `/v1/models/${encodeURIComponent(name)}`, { key: asked, signal }));
    },
  };
};
