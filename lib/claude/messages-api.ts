import type { ServerSentEvent } from '@anthropic-ai/sdk/core/streaming';
import type { Messages } from '@anthropic-ai/sdk/resources/messages/messages';
import { late } from '../kernel/late.ts';
import { loadAnthropicClient, type AnthropicClientOptions } from './anthropic-client.ts';
import { KeyUnavailable } from './diagnose.ts';
import type { ModelRequest } from './types.ts';

/** The events of one answer as they arrive, pings included. */
export interface UpstreamStream {
  readonly requestId: string | null;
  readonly events: AsyncIterable<ServerSentEvent>;
}

/** The one way to a model: opens a stream, or throws what the SDK throws, or KeyUnavailable before anything is sent. `signal` ends the request and the stream. */
export interface MessagesApi {
  stream(request: ModelRequest, signal: AbortSignal): Promise<UpstreamStream>;
  /** The provider's own count of a request's input tokens; unpaid. */
  countTokens(request: ModelRequest, signal: AbortSignal): Promise<number>;
}

interface Loaded {
  readonly messages: Messages;
  readonly rawEvents: (response: Response) => AsyncIterable<ServerSentEvent>;
}

const load = async (options: AnthropicClientOptions): Promise<Loaded> => {
  const [client, { Messages }, { Stream }] = await Promise.all([
    loadAnthropicClient(options),
    import('@anthropic-ai/sdk/resources/messages/messages'),
    import('@anthropic-ai/sdk/core/streaming'),
  ]);
  return { messages: new Messages(client), rawEvents: (response) => Stream.rawEvents(response) };
};

/** One client, and so one pool of keep-alive connections, per environment. */
export const createMessagesApi = (options: AnthropicClientOptions): MessagesApi => {
  const loaded = late(() => load(options));
  return {
    async stream(request, signal) {
      await options.apiKey().catch((cause: unknown) => {
        throw new KeyUnavailable('no key', { cause });
      });
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
