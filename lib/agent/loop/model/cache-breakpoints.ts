import type { ContentBlockParam, MessageParam } from '@anthropic-ai/sdk/resources/messages/messages';

const EPHEMERAL = { type: 'ephemeral' } as const;

/** Thinking takes no mark, and neither does a text without a word. */
const isMarkable = (block: ContentBlockParam): boolean =>
  block.type !== 'thinking' && block.type !== 'redacted_thinking' && !(block.type === 'text' && block.text === '');

/** In the form that can take a mark, marked or not: a message may have one in this request and none in the next. */
const inBlocks = (message: MessageParam): MessageParam =>
  typeof message.content === 'string' ? { ...message, content: [{ type: 'text', text: message.content }] } : message;

const marked = (message: MessageParam): MessageParam => {
  const blocks = message.content as readonly ContentBlockParam[];
  const at = blocks.findLastIndex(isMarkable);
  if (at < 0) return message;
  const block = { ...blocks[at], cache_control: EPHEMERAL } as ContentBlockParam;
  return { ...message, content: blocks.with(at, block) } as MessageParam;
};

/**
 * The messages of a session's run with two breakpoints for the provider's cache, beside the one behind the system prompt (of
 * four at most): at the end of the `earlier` ones, which an earlier run has had cached, and at the end of all, which the
 * next call reads. All other bytes stay, since a prefix is found again by its bytes. None for a run without a session.
 */
export const withBreakpoints = (messages: readonly MessageParam[], earlier: number | undefined): MessageParam[] =>
  earlier === undefined
    ? [...messages]
    : messages
        .map(inBlocks)
        .map((message, at) => (at === earlier - 1 || at === messages.length - 1 ? marked(message) : message));
