import type { BaseAnthropic } from '@anthropic-ai/sdk/client';
import type { Probe } from '../health/check.ts';
import { late } from '../kernel/late.ts';
import { loadAnthropicClient, type AnthropicClientOptions } from './anthropic-client.ts';
import { rejectsKey } from './faults.ts';

/** Asks the provider without paying: the list of models, or what it says of one. */
export interface Reachability {
  /** Degraded while the provider fails, because it may come back by itself; unhealthy without a key that it accepts. */
  readonly api: Probe;
  /** Whether the provider answers for this model. Rejects where it could not be asked for want of a key. */
  model(name: string, signal: AbortSignal): Promise<boolean>;
}

/** The status of its answer; `null` where there was none. */
const statusOf = async (client: BaseAnthropic, path: string, signal: AbortSignal): Promise<number | null> => {
  try {
    const response = await client.get(path, { signal }).asResponse();
    await response.body?.cancel();
    return response.status;
  } catch (error) {
    const { status } = error as { status?: unknown };
    return typeof status === 'number' ? status : null;
  }
};

const SILENT = { status: 'degraded', detail: 'does not answer' } as const;

const answered = (status: number | null): status is number => status !== null && status < 500;

export const createReachability = (options: AnthropicClientOptions): Reachability => {
  const client = late(() => loadAnthropicClient(options));
  const ask = async (path: string, signal: AbortSignal) => statusOf(await client(), path, signal);
  const hasKey = () =>
    options.apiKey().then(
      () => true,
      () => false,
    );
  return {
    api: {
      async ask(signal) {
        if (!(await hasKey())) return { status: 'unhealthy', detail: 'there is no key to ask with' };
        const status = await ask('/v1/models?limit=1', signal);
        if (!answered(status)) return SILENT;
        return rejectsKey(status) ? { status: 'unhealthy', detail: 'rejects the key' } : { status: 'healthy' };
      },
      failed: SILENT,
    },
    async model(name, signal) {
      await options.apiKey();
      return answered(await ask(`/v1/models/${encodeURIComponent(name)}`, signal));
    },
  };
};
