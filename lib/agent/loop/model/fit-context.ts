import type { MessageParam, ToolResultBlockParam } from '@anthropic-ai/sdk/resources/messages/messages';

/** What the first `messages` messages of a conversation weigh in tokens, system prompt and tools included: by the provider's own count. */
export interface Weighed {
  readonly tokens: number;
  readonly messages: number;
}

/** In tokens. */
export interface ContextBounds {
  readonly contextWindow: number;
  readonly maxOutputTokens: number;
}

export type Fitted = { readonly fits: true; readonly messages: readonly MessageParam[] } | { readonly fits: false };

/** Stands in place of a result. It does not ask for the call to be made again: the call may have had an effect. */
export const NOTE = '[This result was removed to make room. The tool did run, and you have seen its result before.]';

/** For what the provider's count does not hold yet. English prose has about four bytes a token, dense data fewer. */
const BYTES_PER_ADDED_TOKEN = 3;
/** For what is taken away: judged so that the room made is rather more than was reckoned with. */
const BYTES_PER_FREED_TOKEN = 5;
/** Of the window, for what the estimate gets wrong. */
const MARGIN = 0.02;
/** Of the room that there is: far enough down that the provider's prompt cache, which each removal spoils, lasts for several calls. */
const LOWER_MARK = 0.5;

/** Above `upper` tokens results are given up, until no more than `lower` are left. */
export const marksOf = ({ contextWindow, maxOutputTokens }: ContextBounds) => {
  const upper = Math.floor(contextWindow * (1 - MARGIN)) - maxOutputTokens;
  return { upper, lower: Math.floor(upper * LOWER_MARK) };
};

const bytesOf = (value: unknown): number =>
  Buffer.byteLength(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

const freedBy = ({ content }: ToolResultBlockParam): number => Math.max(0, bytesOf(content) - bytesOf(NOTE));

/**
 * Makes a conversation fit its model's window, with room for an answer: where it nears the window, the oldest tool results give way to
 * a note, as many as it takes to come down to half. The last message, which the model has not seen yet, stays whole, and every call
 * keeps its result. `fits: false`: nothing more can be given up. The same conversation is always cut in the same way.
 */
export const fitContext = (messages: readonly MessageParam[], weighed: Weighed, bounds: ContextBounds): Fitted => {
  const { upper, lower } = marksOf(bounds);
  const added = messages.slice(weighed.messages).reduce((bytes, message) => bytes + bytesOf(message), 0);
  let tokens = weighed.tokens + Math.ceil(added / BYTES_PER_ADDED_TOKEN);
  if (tokens <= upper) return { fits: true, messages };

  const lightened = messages.map((message, at): MessageParam => {
    if (message.role !== 'user' || typeof message.content === 'string' || at === messages.length - 1) return message;
    const content = message.content.map((block) => {
      if (block.type !== 'tool_result' || tokens <= lower || freedBy(block) === 0) return block;
      tokens -= Math.floor(freedBy(block) / BYTES_PER_FREED_TOKEN);
      return { ...block, content: NOTE };
    });
    return { ...message, content };
  });
  return tokens <= upper ? { fits: true, messages: lightened } : { fits: false };
};
