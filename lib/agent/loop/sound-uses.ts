import type { ContentBlock, MessageParam, ToolUseBlock } from '@anthropic-ai/sdk/resources/messages/messages';

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The provider takes ids of these characters alone. */
const allowedId = (id: string): string => id.replaceAll(/[^a-zA-Z0-9_-]/g, '_') || 'toolu';

const freeId = (id: string, taken: ReadonlySet<string>): string => {
  const base = allowedId(id);
  let free = base;
  for (let nth = 2; taken.has(free); nth += 1) free = `${base}_${nth}`;
  return free;
};

/** The ids of all tool calls in a conversation. */
export const idsIn = (messages: readonly MessageParam[]): Set<string> =>
  new Set(
    messages.flatMap(({ content }) =>
      typeof content === 'string' ? [] : content.flatMap((block) => (block.type === 'tool_use' ? [block.id] : [])),
    ),
  );

export interface SoundUses {
  /** As it can be sent back. */
  readonly content: readonly ContentBlock[];
  /** As they are to be made: under the ids that `content` has, with the inputs that the model wrote. */
  readonly uses: readonly ToolUseBlock[];
}

/**
 * An answer whose tool calls each have an id of their own in the conversation, and an object as input. The provider refuses a
 * request that says otherwise, though its models write such calls, and then the whole run would be lost; two calls under one id would
 * get one result. `taken`: the ids of the conversation so far, to which those of this answer are added; to gather them anew for each
 * answer would take a long run's time.
 */
export const soundUses = (content: readonly ContentBlock[], taken: Set<string>): SoundUses => {
  const uses: ToolUseBlock[] = [];
  const sound = content.map((block) => {
    if (block.type !== 'tool_use') return block;
    const use = { ...block, id: freeId(block.id, taken) };
    taken.add(use.id);
    uses.push(use);
    return isObject(use.input) ? use : { ...use, input: {} };
  });
  return { content: sound, uses };
};
