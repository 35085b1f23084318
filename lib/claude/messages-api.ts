import type { ServerSentEvent } from '@anthropic-ai/sdk/core/streaming';
import type { Messages } from '@anthropic-ai/sdk/resources/messages/messages';
import { late } from '../kernel/late.ts';
import { loadAnthropicClient, type AnthropicClientOptions } from './anthropic-client.ts';
import { KeyUnavailable } from './diagnose.ts';
import type { ModelRequest, PoolKey } from './types.ts';

/** The events of one answer as they arrive, pings included. */
export interface UpstreamStream {
  readonly requestId: string | null;
  readonly events: AsyncIterable<ServerSentEvent>;
}

/** By which key to ask, and until when. */
export interface Asking {
  readonly key: PoolKey | undefined;
  /** Ends the request and the stream. */
  readonly signal: AbortSignal;
}

/**
 * The one way to a model: opens a stream, or throws what the SDK throws, or KeyUnavailable before anything is sent.
 * Another provider of the same models (Amazon Bedrock) is another one of these, with circuits under a name of its own.
 */
export interface MessagesApi {
  stream(request: ModelRequest, asking: Asking): Promise<UpstreamStream>;
  /** The provider's own count of a request's input tokens; unpaid. */
  countTokens(request: ModelRequest, asking: Asking): Promise<number>;
}

interface Loaded {
  /** Clients of one key each; they share everything else. */
  readonly messagesOf: (key: PoolKey) => Messages;
  readonly rawEvents: (response: Response) => AsyncIterable<ServerSentEvent>;
}

/** More than any pool has keys. */
const MAX_KNOWN = 100;

const load = async (baseUrl: string): Promise<Loaded> => {
  const [client, { Messages }, { Stream }] = await Promise.all([
    loadAnthropicClient({ apiKey: KEYLESS, baseUrl }),
    import('@anthropic-ai/sdk/resources/messages/messages'),
    import('@anthropic-ai/sdk/core/streaming'),
  ]);
  const known = new Map<string, Messages>();
  const messagesOf = ({ id, value }: PoolKey): Messages => {
    const messages = known.get(id) ?? new Messages(client.withOptions({ apiKey: value }));
    // Rotated keys do not come back; those that are left are made anew.
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(id, messages);
    return messages;
  };
  return {
    messagesOf,
    rawEvents: (response) => Stream.rawEvents(response),
  };
};

const KEYLESS = () => Promise.reject(new KeyUnavailable('no key'));

const known = (key: PoolKey | undefined): PoolKey => {
  if (key === undefined) throw new KeyUnavailable('no key');
  return key;
};

/** One pool of keep-alive connections per environment, whatever the key. */
export const createMessagesApi = ({ baseUrl }: Pick<AnthropicClientOptions, 'baseUrl'>): MessagesApi => {
  const loaded = late(() => load(baseUrl));
  return {
    async stream(request, { key, signal }) {
      const own = known(key);
      const { messagesOf, rawEvents } = await loaded();
      const response = await messagesOf(own)
        .create({ ...request, stream: true }, { signal })
        .asResponse();
      return { requestId: response.headers.get('request-id'), events: rawEvents(response) };
    },
    async countTokens({ model, messages: turns, system, tools }, { key, signal }) {
      const own = known(key);
      const { messagesOf } = await loaded();
      const body = { model, messages: turns, ...(system ? { system } : {}), ...(tools ? { tools } : {}) };
      const { input_tokens } = await messagesOf(own).countTokens(body, { signal });
      return input_tokens;
    },
  };
};
