import type { Message, RawMessageStreamEvent } from '@anthropic-ai/sdk/resources/messages/messages';
import { objectOf } from '../../kernel/json.ts';
import { MalformedStream, type UpstreamEvent } from '../../model-call/provider.ts';

const eventOf = (said: RawMessageStreamEvent): UpstreamEvent => {
  const data = JSON.stringify(said);
  return { bytes: Buffer.from(`event: ${said.type}\ndata: ${data}\n\n`), event: said.type, data };
};

const messageOf = (text: string): Message => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new MalformedStream('an answer is not JSON', { cause });
  }
  const { type, content } = objectOf(value);
  if (type !== 'message' || !Array.isArray(content)) throw new MalformedStream('an answer is no message');
  return value as Message;
};

/** The events by which a stream would have told the same message. Throws MalformedStream for what is none. */
export const eventsOfAnswer = (text: string): UpstreamEvent[] => {
  const message = messageOf(text);
  const { content, stop_reason, stop_sequence, stop_details, container, usage } = message;
  const blocks = content.flatMap((content_block, index): RawMessageStreamEvent[] => [
    { type: 'content_block_start', index, content_block },
    { type: 'content_block_stop', index },
  ]);
  const head = { ...message, content: [], stop_reason: null, stop_sequence: null };
  const delta = { stop_reason, stop_sequence, stop_details, container };
  const end = { type: 'message_delta', delta, usage } as RawMessageStreamEvent;
  return [{ type: 'message_start', message: head } as const, ...blocks, end, { type: 'message_stop' } as const].map(
    eventOf,
  );
};
