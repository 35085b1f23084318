import type { Caller } from '../api/fleet.ts';
import type { TestServer } from '../api/start-server.ts';
import type { SeenRequest } from '../upstream/recorder.ts';

export const MODEL = 'claude-sonnet-5-5';
/** A model that stands in only where a tenant says so. */
export const STAND_IN = 'claude-haiku-4-5';

const HEADERS = { 'content-type': 'application/json', 'anthropic-version': '2023-06-01' };

/** A body of `POST /v1/messages`. */
export const question = (over: object = {}) => ({
  model: MODEL,
  max_tokens: 1_000,
  messages: [{ role: 'user' as const, content: 'What is ballast?' }],
  ...over,
});

export interface PostOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly server?: TestServer;
  readonly signal?: AbortSignal;
  /** With its question mark. */
  readonly query?: string;
  /** Default: that of messages. */
  readonly path?: string;
}

/** Sends a body, byte for byte where it is text, as no SDK would stand between. */
export const post = (
  caller: Pick<Caller, 'ask'>,
  body: object | string = question(),
  { headers = {}, server, signal, query = '', path = '/v1/messages' }: PostOptions = {},
): Promise<Response> => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const init = { method: 'POST', headers: { ...HEADERS, ...headers }, body: text, ...(signal ? { signal } : {}) };
  return caller.ask(`${path}${query}`, init, server);
};

/** The same as events. */
export const postStream = (caller: Pick<Caller, 'ask'>, over: object = {}, options: PostOptions = {}) =>
  post(caller, question({ stream: true, ...over }), options);

/** Of what an upstream was asked, that which is paid for. */
export const paidOf = (requests: readonly SeenRequest[]): SeenRequest[] =>
  requests.filter(({ method, path }) => method === 'POST' && path === '/v1/messages');

/** What a server does while a test waits for something that must not happen: whole exchanges, one after the other. */
export const exchanges = async (caller: Pick<Caller, 'ask'>, count = 3): Promise<void> => {
  for (let each = 0; each < count; each += 1) await (await caller.ask('/usage/budget')).text();
};
