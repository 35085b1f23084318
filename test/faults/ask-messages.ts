import { Stream } from '@anthropic-ai/sdk/core/streaming';
import { MessageStream } from '@anthropic-ai/sdk/lib/MessageStream';
import type { ContentBlock, Message, MessageParam, RawMessageStreamEvent } from '@anthropic-ai/sdk/resources/messages';
import { transcribe, type Transcript } from './transcript.ts';
import type { Way } from './ways.ts';

const TOOLS = [{ name: 'calculate', input_schema: { type: 'object', properties: { expression: { type: 'string' } } } }];

/** The message of an answer, as a client of the API puts it together; `null` where there is none. */
const messageOf = async ({ status, contentType, bytes }: Transcript): Promise<Message | null> => {
  if (status !== 200) return null;
  if (!contentType.startsWith('text/event-stream')) return JSON.parse(bytes) as Message;
  const events = Stream.fromSSEResponse<RawMessageStreamEvent>(new Response(bytes), new AbortController());
  return MessageStream.fromReadableStream(events.toReadableStream()).finalMessage();
};

/** What the model asks its tools, if anything. */
const calledIn = async (transcript: Transcript): Promise<ContentBlock[] | null> => {
  const message = await messageOf(transcript).catch(() => null);
  return message?.stop_reason === 'tool_use' ? message.content : null;
};

/** A client with a tool of its own: it asks, answers the model's call if there is one, and asks again. The last answer counts. */
export const askMessages =
  (stream: boolean): Way['ask'] =>
  async ({ url, key, model, text, patienceMs }) => {
    const send = (messages: readonly MessageParam[]): Promise<Transcript> => {
      const headers = { 'x-api-key': key, 'content-type': 'application/json', 'anthropic-version': '2026-10-21' };
      const body = JSON.stringify({ model, max_tokens: 1_000, tools: TOOLS, messages, stream });
      return transcribe(`${url}/v1/messages`, { method: 'POST', headers, body }, patienceMs);
    };
    const asked: MessageParam = { role: 'user', content: text };
    const first = await send([asked]);
    const called = await calledIn(first);
    if (called === null) return first;
    const content = called.flatMap((block) =>
      block.type === 'tool_use' ? [{ type: 'tool_result' as const, tool_use_id: block.id, content: '42' }] : [],
    );
    const second = await send([asked, { role: 'assistant', content: called }, { role: 'user', content }]);
    return { ...second, ms: first.ms + second.ms };
  };
