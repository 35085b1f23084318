import type { BaseAnthropic } from '@anthropic-ai/sdk/client';
import { HOPS_HEADER } from '../http/hops.ts';
import { queryString, type Query } from './query-string.ts';
import type { PoolKey } from './types.ts';

export interface AnthropicClientOptions {
  /** Asked before each request, so that a rotated key needs no new client. */
  readonly apiKey: () => Promise<string>;
  readonly baseUrl: string;
}

/** More than any deadline: the SDK's own limit covers the headers only, ours covers the whole attempt. */
const SDK_TIMEOUT_MS = 900_000;

/** The SDK's client without retries of its own, loaded late: its 124 KB are not in the way of a cold start. */
export const loadAnthropicClient = async ({ apiKey, baseUrl }: AnthropicClientOptions): Promise<BaseAnthropic> => {
  const { BaseAnthropic } = await import('@anthropic-ai/sdk/client');
  class Client extends BaseAnthropic {
    protected override stringifyQuery(query: object): string {
      return queryString(query as Query);
    }
  }
  return new Client({
    apiKey,
    authToken: null,
    baseURL: baseUrl,
    maxRetries: 0,
    // What a client's own request has passed already is said in its place.
    defaultHeaders: { [HOPS_HEADER]: '1' },
    timeout: SDK_TIMEOUT_MS,
    // Its log lines quote what they choke on.
    logLevel: 'off',
  });
};

/** The service's own key could not be had: nothing was sent. */
export class KeyUnavailable extends Error {
  override readonly name = 'KeyUnavailable';
}

/** More than any pool has keys. */
const MAX_KNOWN = 100;

/** Gives the client of a key; all share one pool of keep-alive connections. */
export const loadClients = async (baseUrl: string): Promise<(key: PoolKey) => BaseAnthropic> => {
  const keyless = await loadAnthropicClient({ apiKey: () => Promise.reject(new KeyUnavailable('no key')), baseUrl });
  const known = new Map<string, BaseAnthropic>();
  return ({ id, value }) => {
    const client = known.get(id) ?? keyless.withOptions({ apiKey: value });
    // Rotated keys do not come back; those that are left are made anew.
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(id, client);
    return client;
  };
};
