import type { MessageParam } from '@anthropic-ai/sdk/resources/messages/messages';

const THINKING = new Set(['thinking', 'redacted_thinking']);

const withoutThinking = (message: MessageParam): readonly MessageParam[] => {
  if (message.role !== 'assistant' || typeof message.content === 'string') return [message];
  const content = message.content.filter(({ type }) => !THINKING.has(type));
  if (content.length === message.content.length) return [message];
  return content.length === 0 ? [] : [{ ...message, content }];
};

/**
 * The turns without what an earlier model thought: a signature belongs to the model that made it. A turn that was
 * nothing but thinking is left out whole, because an empty one is refused; its neighbours then count as one turn of the
 * user's.
 */
export const withoutEarlierThinking = (messages: MessageParam[]): MessageParam[] => {
  const kept = messages.flatMap(withoutThinking);
  // Where nothing was left out they are the same turns, byte for byte.
  return kept.length === messages.length && kept.every((turn, at) => turn === messages[at]) ? messages : kept;
};
