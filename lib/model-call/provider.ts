import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages/messages';

/*
 * The port to a provider of models. A provider is a folder in `lib/providers` that implements `Provider`. Requests, events
 * and errors have the form of the Anthropic API: a provider with another form translates.
 */

/**
 * What is asked of a model; whether it streams is not the caller's business: it does
 * wherever the provider lets it.
 */
export type ModelRequest = Readonly<Omit<MessageCreateParamsNonStreaming, 'stream'>>;

/** A query as it goes on: each parameter by its value, or by all of them in their order. */
export type Query = Readonly<Record<string, string | readonly string[]>>;

/** A request as a client of the gateway sent it, so that it goes on as it came. */
export interface Wire {
  /** Of the client's own text, in UTF-8: numbers can be longer in it than in what they parse to. */
  readonly bytes: number;
  /** Its `anthropic-version`. */
  readonly apiVersion: string;
  /** What of its headers and its query goes to the upstream. */
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Query;
  /** The client's own text, byte for byte but for what was changed in `request`. */
  readonly bodyFor: (request: ModelRequest & { readonly stream?: true }) => string;
}

/** One of the service's own keys with the provider. */
export interface PoolKey {
  /** Tells keys apart without telling them. */
  readonly id: string;
  readonly value: string;
}

/** One server-sent event of an answer. */
export interface UpstreamEvent {
  /** What came, up to and with the blank line that ends the event; comments and blank lines before it are its own. */
  readonly bytes: Uint8Array;
  /** `null` where it has no name. */
  readonly event: string | null;
  /** `''` where it has no data; bytes that are no UTF-8 are U+FFFD here. */
  readonly data: string;
}

/** The events of one answer as they arrive, pings included; those of an answer that comes as a whole, all at once. */
export interface UpstreamStream {
  readonly requestId: string | null;
  readonly events: AsyncIterable<UpstreamEvent>;
}

/** By which key to ask, in whose words, and until when. */
export interface Asking {
  readonly key: PoolKey | undefined;
  readonly wire?: Wire | undefined;
  /** How many other Ballasts the request has passed, where `wire` does not say. Default: none. */
  readonly hops?: number | undefined;
  /** What is sent on of the trace (W3C Trace Context). Default: nothing. */
  readonly traceparent?: string | undefined;
  /** Ends the request and the stream. */
  readonly signal: AbortSignal;
  /** Called at the head of a stream and at each piece of its body, before what is in it can be read. */
  readonly onBytes?: () => void;
}

/** A question that costs nothing. */
export interface Question {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Query;
  /** JSON, sent byte for byte. */
  readonly body?: string;
}

/** What the provider answered to a question. */
export interface ProviderReply {
  readonly text: string;
  /** The provider's own id of it. */
  readonly requestId: string | null;
  /** Its time, as the header `date` has it. Default: it told none. */
  readonly date?: string | null;
}

/** One provider. Each method throws what its client throws, or KeyUnavailable before anything is sent; none retries. */
export interface Provider {
  /** Opens the stream of an answer. */
  stream(request: ModelRequest, asking: Asking): Promise<UpstreamStream>;
  /** The provider's own count of a request's input tokens; unpaid. */
  countTokens(request: ModelRequest, asking: Asking): Promise<number>;
  /** Asks what costs nothing. */
  ask(question: Question, asking: Pick<Asking, 'key' | 'signal'>): Promise<ProviderReply>;
}

/** The service's own key is not available: nothing was sent. */
export class KeyUnavailable extends Error {
  override readonly name = 'KeyUnavailable';
}

/** The answer makes no message. */
export class MalformedStream extends Error {
  override readonly name = 'MalformedStream';
}

/**
 * Whether the provider answers this only as a whole: a request without output fills the prompt cache, and is refused
 * where it asks for a stream.
 */
export const isAnsweredWhole = ({ max_tokens }: Pick<ModelRequest, 'max_tokens'>): boolean => max_tokens === 0;
