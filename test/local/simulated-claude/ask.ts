import Anthropic from '@anthropic-ai/sdk';
import type {
  Message,
  MessageCreateParamsNonStreaming,
  RawMessageStreamEvent,
} from '@anthropic-ai/sdk/resources/messages';

export const clientOf = (url: string, apiKey = 'test-key'): Anthropic =>
  new Anthropic({ apiKey, baseURL: url, maxRetries: 0, logLevel: 'off' });

export const asking = (
  text: string,
  more: Partial<MessageCreateParamsNonStreaming> = {},
): MessageCreateParamsNonStreaming => ({
  model: 'claude-haiku-5-5',
  max_tokens: 1000,
  messages: [{ role: 'user', content: text }],
  ...more,
});

export const toolOf = (name: string) => ({ name, input_schema: { type: 'object' as const } });

export const textOf = ({ content }: Pick<Message, 'content'>): string =>
  content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('');

export interface Streamed {
  readonly types: readonly string[];
  readonly events: readonly RawMessageStreamEvent[];
  /** What the stream broke with; `null` when it just ended. */
  readonly error: unknown;
}

/** Reads a stream to its end, whichever that is. */
export const readStream = async (
  client: Anthropic,
  params: MessageCreateParamsNonStreaming,
  onEvent: (event: RawMessageStreamEvent) => void = () => undefined,
): Promise<Streamed> => {
  const events: RawMessageStreamEvent[] = [];
  const done = (error: unknown): Streamed => ({ types: events.map(({ type }) => type), events, error });
  const stream = await client.messages.create({ ...params, stream: true });
  try {
    for await (const event of stream) {
      events.push(event);
      onEvent(event);
    }
    return done(null);
  } catch (error) {
    return done(error);
  }
};

/** The message that a stream adds up to, by the SDK's own reckoning. */
export const finalMessage = (client: Anthropic, params: MessageCreateParamsNonStreaming): Promise<Message> =>
  client.messages.stream(params).finalMessage();

/** What a promise was rejected with. */
export const rejection = (promise: PromiseLike<unknown>): Promise<unknown> =>
  Promise.resolve(promise).then(
    () => {
      throw new Error('was not rejected');
    },
    (error: unknown) => error,
  );

export interface Posted {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Sends a body as it is, without the SDK, and reads the JSON that comes back. */
export const post = async (
  url: string,
  body: string,
  headers: Readonly<Record<string, string>> = { 'x-api-key': 'k' },
): Promise<Posted> => {
  const init = { method: 'POST', headers: { 'anthropic-version': '2023-06-01', ...headers }, body };
  const response = await fetch(url, init);
  return { status: response.status, headers: response.headers, body: (await response.json()) as Posted['body'] };
};
