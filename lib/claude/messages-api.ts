import { orAborted } from '../kernel/clock.ts';
import { late } from '../kernel/late.ts';
import { COUNTED } from '../usage/billable-features.ts';
import { KeyUnavailable, loadClients, type AnthropicClientOptions } from './anthropic-client.ts';
import { MalformedStream } from './malformed-stream.ts';
import { splitEvents, type UpstreamEvent } from './split-events.ts';
import type { ModelRequest, PoolKey, Wire } from './types.ts';
import { eventsOfAnswer, isAnsweredWhole } from './whole-answer.ts';

/** The events of one answer as they arrive, pings included; those of an answer that comes as a whole, all at once. */
export interface UpstreamStream {
  readonly requestId: string | null;
  readonly events: AsyncIterable<UpstreamEvent>;
}

/** By which key to ask, in whose words, and until when. */
export interface Asking {
  readonly key: PoolKey | undefined;
  readonly wire?: Wire | undefined;
  /** Ends the request and the stream. */
  readonly signal: AbortSignal;
  /** Told of the head of a stream and of each piece of its body, before what is in it can be read. */
  readonly heard?: () => void;
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

const JSON_BODY = { 'content-type': 'application/json' };

/** All of a request that the provider counts. */
const countedPart = (request: ModelRequest): object =>
  Object.fromEntries(COUNTED.flatMap((name) => (request[name] === undefined ? [] : [[name, request[name]]])));

async function* wholeAnswer(response: Response, signal: AbortSignal): AsyncIterable<UpstreamEvent> {
  yield* eventsOfAnswer(await orAborted(response.text(), signal));
}

/** One pool of keep-alive connections per environment, whatever the key. */
export const createMessagesApi = ({ baseUrl }: Pick<AnthropicClientOptions, 'baseUrl'>): MessagesApi => {
  const clientOf = late(() => loadClients(baseUrl));
  const post = async (path: string, body: object | string, { key, wire, signal }: Asking): Promise<Response> => {
    if (key === undefined) throw new KeyUnavailable('no key');
    const client = (await clientOf())(key);
    const headers = { ...JSON_BODY, ...wire?.headers };
    return await client.post(path, { body, headers, signal, ...(wire && { query: wire.query }) }).asResponse();
  };
  return {
    async stream(request, asking) {
      const isWhole = isAnsweredWhole(request);
      const sent = isWhole ? request : ({ ...request, stream: true } as const);
      const response = await post('/v1/messages', asking.wire === undefined ? sent : asking.wire.bodyFor(sent), asking);
      const requestId = response.headers.get('request-id');
      if (isWhole) return { requestId, events: wholeAnswer(response, asking.signal) };
      if (response.body === null) throw new MalformedStream('an answer without a body');
      asking.heard?.();
      return { requestId, events: splitEvents(response.body, asking.heard) };
    },
    async countTokens(request, asking) {
      const response = await post('/v1/messages/count_tokens', countedPart(request), asking);
      const { input_tokens: tokens } = (await response.json()) as { input_tokens?: unknown };
      if (typeof tokens !== 'number') throw new MalformedStream('a count without a number');
      return tokens;
    },
  };
};
