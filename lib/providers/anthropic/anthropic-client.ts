import type { BaseAnthropic } from '@anthropic-ai/sdk/client';
import { HOPS_HEADER } from '../../http/hops.ts';
import type { Clock } from '../../kernel/clock.ts';
import { KeyUnavailable, type PoolKey, type Query } from '../../model-call/provider.ts';
import { shortlyKept } from './kept-connections.ts';

/** More than any deadline: the SDK's own limit covers the headers only, ours covers the whole attempt. */
const SDK_TIMEOUT_MS = 900_000;

/** A parameter of several values is written as often: the SDK would write it as `name[]`. */
export const queryString = (query: Query): string =>
  Object.entries(query)
    .flatMap(([name, values]) => [values].flat().map((value) => [name, value].map(encodeURIComponent).join('=')))
    .join('&');

export interface ClientOptions {
  readonly baseUrl: string;
  readonly clock: Pick<Clock, 'now' | 'monotonicMs'>;
}

/** The SDK's client without retries of its own and without a key, loaded late: it is not in the way of a cold start. */
const loadKeyless = async ({ baseUrl, clock }: ClientOptions): Promise<BaseAnthropic> => {
  const { BaseAnthropic } = await import('@anthropic-ai/sdk/client');
  class Client extends BaseAnthropic {
    protected override stringifyQuery(query: object): string {
      return queryString(query as Query);
    }
  }
  const dispatcher = shortlyKept(clock);
  return new Client({
    apiKey: () => Promise.reject(new KeyUnavailable('no key')),
    authToken: null,
    baseURL: baseUrl,
    maxRetries: 0,
    // What a client's own request has passed already is said in its place.
    defaultHeaders: { [HOPS_HEADER]: '1' },
    timeout: SDK_TIMEOUT_MS,
    // Its log lines quote what they choke on.
    logLevel: 'off',
    fetch: (url, init) => fetch(url, { ...init, dispatcher: dispatcher() } as RequestInit),
  });
};

/** More than any pool has keys. */
const MAX_KNOWN = 100;

/** Gives the client of a key; all share one pool of keep-alive connections. */
export const loadClients = async (options: ClientOptions): Promise<(key: PoolKey) => BaseAnthropic> => {
  const keyless = await loadKeyless(options);
  const known = new Map<string, BaseAnthropic>();
  return ({ id, value }) => {
    const client = known.get(id) ?? keyless.withOptions({ apiKey: value });
    // Rotated keys do not come back; those that are left are made anew.
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(id, client);
    return client;
  };
};
