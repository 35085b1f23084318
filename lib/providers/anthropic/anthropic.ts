import { HOPS_HEADER } from '../../http/hops.ts';
import { lazy } from '../../kernel/caching/lazy.ts';
import { orAborted } from '../../kernel/clock.ts';
import {
  type Asking,
  isAnsweredWhole,
  KeyUnavailable,
  MalformedStream,
  type ModelRequest,
  type Provider,
  type UpstreamEvent,
} from '../../model-call/provider.ts';
import { apiVersionOf } from '../../model-call/translate/sampling.ts';
import { COUNTED } from '../../pricing/bounds/billable-features.ts';
import { type ClientOptions, loadClients } from './anthropic-client.ts';
import { decodeEvents } from './sse/decoder.ts';
import { eventsOfAnswer } from './whole-answer.ts';

export type AnthropicOptions = ClientOptions;

const JSON_BODY = { 'content-type': 'application/json' };

/** All of a request that the provider counts. */
const countedPart = (request: ModelRequest): object =>
  Object.fromEntries(COUNTED.flatMap((name) => (request[name] === undefined ? [] : [[name, request[name]]])));

async function* wholeAnswer(response: Response, signal: AbortSignal): AsyncIterable<UpstreamEvent> {
  yield* eventsOfAnswer(await orAborted(response.text(), signal));
}

/** The Anthropic API through the SDK, over one pool of keep-alive connections per environment, whatever the key. */
export const createAnthropic = (options: AnthropicOptions): Provider => {
  const clients = lazy(() => loadClients(options));
  const clientOf = async (key: Asking['key']) => {
    if (key === undefined) throw new KeyUnavailable('no key');
    return (await clients())(key);
  };
  const post = async (
    path: string,
    body: object | string,
    { key, wire, hops = 0, traceparent, signal }: Asking,
    apiVersion?: string,
  ): Promise<Response> => {
    const client = await clientOf(key);
    const version = apiVersion === undefined ? {} : { 'anthropic-version': apiVersion };
    const own = { ...JSON_BODY, [HOPS_HEADER]: String(hops + 1), ...(traceparent && { traceparent }), ...version };
    const headers = { ...own, ...wire?.headers };
    return await client.post(path, { body, headers, signal, ...(wire && { query: wire.query }) }).asResponse();
  };
  return {
    async stream(request, asking) {
      const isWhole = isAnsweredWhole(request);
      const sent = isWhole ? request : ({ ...request, stream: true } as const);
      const body = asking.wire === undefined ? sent : asking.wire.bodyFor(sent);
      const response = await post('/v1/messages', body, asking, apiVersionOf(request));
      const requestId = response.headers.get('request-id');
      if (isWhole) return { requestId, events: wholeAnswer(response, asking.signal) };
      if (response.body === null) throw new MalformedStream('an answer without a body');
      asking.onBytes?.();
      return { requestId, events: decodeEvents(response.body, asking.onBytes) };
    },
    async countTokens(request, asking) {
      const response = await post('/v1/messages/count_tokens', countedPart(request), asking);
      const { input_tokens: tokens } = (await response.json()) as { input_tokens?: unknown };
      if (typeof tokens !== 'number') throw new MalformedStream('a count without a number');
      return tokens;
    },
    async ask({ method, path, headers = {}, query, body }, { key, signal }) {
      const client = await clientOf(key);
      const sent = body === undefined ? { headers } : { body, headers: { ...headers, ...JSON_BODY } };
      const options = { ...sent, signal, ...(query && { query }) };
      const response = await client[method === 'GET' ? 'get' : 'post'](path, options).asResponse();
      const { headers: told } = response;
      const text = await orAborted(response.text(), signal);
      return { text, requestId: told.get('request-id'), date: told.get('date') };
    },
  };
};
