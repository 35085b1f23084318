import type { BaseAnthropic } from '@anthropic-ai/sdk/client';
import type { ServerSentEvent } from '@anthropic-ai/sdk/core/streaming';
import type { Messages } from '@anthropic-ai/sdk/resources/messages/messages';
import type { ModelRequest } from './types.ts';

/** The events of one answer as they arrive, pings included. */
export interface UpstreamStream {
  readonly requestId: string | null;
  readonly events: AsyncIterable<ServerSentEvent>;
}

/** The one way to a model: opens a stream, or throws what the SDK throws. `signal` ends the request and the stream. */
export interface MessagesApi {
  stream(request: ModelRequest, signal: AbortSignal): Promise<UpstreamStream>;
  /** The provider's own count of a request's input tokens; unpaid. */
  countTokens(request: ModelRequest, signal: AbortSignal): Promise<number>;
}

export interface MessagesApiOptions {
  /** Asked before each request, so that a rotated key needs no new client. */
  readonly apiKey: () => Promise<string>;
  readonly baseUrl: string;
}

/** More than any deadline: the SDK's own limit covers the headers only, ours covers the whole attempt. */
const SDK_TIMEOUT_MS = 900_000;

interface Loaded {
  readonly messages: Messages;
  readonly rawEvents: (response: Response) => AsyncIterable<ServerSentEvent>;
}

/** The SDK is loaded at the first call: its 124 KB are not in the way of a cold start. */
const load = async ({ apiKey, baseUrl }: MessagesApiOptions): Promise<Loaded> => {
  const [{ BaseAnthropic }, { Messages }, { Stream }] = await Promise.all([
    import('@anthropic-ai/sdk/client'),
    import('@anthropic-ai/sdk/resources/messages/messages'),
    import('@anthropic-ai/sdk/core/streaming'),
  ]);
  const client: BaseAnthropic = new BaseAnthropic({
    apiKey,
    authToken: null,
    baseURL: baseUrl,
    maxRetries: 0,
    timeout: SDK_TIMEOUT_MS,
    // Its log lines quote what they choke on.
    logLevel: 'off',
  });
  return { messages: new Messages(client), rawEvents: (response) => Stream.rawEvents(response) };
};

/** One client, and so one pool of keep-alive connections, per environment. */
export const createMessagesApi = (options: MessagesApiOptions): MessagesApi => {
  let loading: Promise<Loaded> | undefined;
  const loaded = () => (loading ??= load(options));
  return {
    async stream(request, signal) {
      const { messages, rawEvents } = await loaded();
      const response = await messages.create({ ...request, stream: true }, { signal }).asResponse();
      return { requestId: response.headers.get('request-id'), events: rawEvents(response) };
    },
    async countTokens({ model, messages: turns, system, tools }, signal) {
      const { messages } = await loaded();
      const body = { model, messages: turns, ...(system ? { system } : {}), ...(tools ? { tools } : {}) };
      const { input_tokens } = await messages.countTokens(body, { signal });
      return input_tokens;
    },
  };
};
