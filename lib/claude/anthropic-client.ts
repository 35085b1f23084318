import type { BaseAnthropic } from '@anthropic-ai/sdk/client';

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
  return new BaseAnthropic({
    apiKey,
    authToken: null,
    baseURL: baseUrl,
    maxRetries: 0,
    timeout: SDK_TIMEOUT_MS,
    // Its log lines quote what they choke on.
    logLevel: 'off',
  });
};
