import type { MessageParam } from '@anthropic-ai/sdk/resources/messages/messages';
import type { RunMessage } from '../steering.ts';

/**
 * A conversation with messages that were sent to its run, as the user's words. They stand in the last turn where that is the
 * user's own, behind the results of tools, which the provider wants first.
 */
export const withMessages = (
  messages: readonly MessageParam[],
  received: readonly RunMessage[],
): readonly MessageParam[] => {
  if (received.length === 0) return messages;
  const blocks = received.map(({ content }) => ({ type: 'text', text: content }) as const);
  const last = messages.at(-1);
  if (last?.role !== 'user') return [...messages, { role: 'user', content: blocks }];
  const before = typeof last.content === 'string' ? [{ type: 'text', text: last.content } as const] : last.content;
  return [...messages.slice(0, -1), { role: 'user', content: [...before, ...blocks] }];
};
