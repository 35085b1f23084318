import type { BaseAnthropic } from '@anthropic-ai/sdk/client';
import type { Probe } from '../health/check.ts';
import { late } from '../kernel/late.ts';
import { isSendable } from '../secrets/api-keys.ts';
import { loadAnthropicClient, type AnthropicClientOptions } from './anthropic-client.ts';

/** Asks the provider without paying: the list of models, or what it says of one. */
export interface Reachability {
  /** Degraded while the provider fails, because it may come back by itself; unhealthy without a key that it accepts. */
  readonly api: Probe;
  /** Whether the provider answers for this model. Rejects where it could not be asked for want of a key. */
  model(name: string, signal: AbortSignal): Promise<boolean>;
}

/** The status of its answer; `null` where there was none. */
export const statusOf = async (client: BaseAnthropic, path: string, signal: AbortSignal): Promise<number | null> => {
  try {
    const response = await client.get(path, { signal }).asResponse();
    await response.body?.cancel();
    return response.status;
  } catch (error) {
    const { status } = error as { status?: unknown };
    return typeof status === 'number' ? status : null;
  }
};

/** Whether a status refuses the key, where nothing is asked that an account could lack. */
export const isRefusal = (status: number | null): boolean => status === 401 || status === 403;

const REJECTED = { status: 'unhealthy', detail: 'rejects the key' } as const;
const UNSENDABLE = { status: 'unhealthy', detail: 'rejects the key: no header can carry it' } as const;
const SILENT = { status: 'degraded', detail: 'does not answer' } as const;

const answered = (status: number | null): status is number => status !== null && status < 500;

export const createReachability = (options: AnthropicClientOptions): Reachability => {
  const client = late(() => loadAnthropicClient(options));
  const ask = async (path: string, signal: AbortSignal) => statusOf(await client(), path, signal);
  const key = () => options.apiKey().catch(() => null);
  return {
    api: {
      async ask(signal) {
        const asked = await key();
        if (asked === null) return { status: 'unhealthy', detail: 'there is no key to ask with' };
        if (!isSendable(asked)) return UNSENDABLE;
        const status = await ask('/v1/models?limit=1', signal);
        if (!answered(status)) return SILENT;
        return isRefusal(status) ? REJECTED : { status: 'healthy' };
      },
      failed: SILENT,
    },
    async model(name, signal) {
      await options.apiKey();
      return answered(await ask(`/v1/models/${encodeURIComponent(name)}`, signal));
    },
  };
};
