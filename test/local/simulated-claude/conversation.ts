import type { Message, MessageParam } from '@anthropic-ai/sdk/resources/messages';

/** Name and input of each call of a tool in a message. */
export const calls = ({ content }: Message) =>
  content.flatMap((block) => (block.type === 'tool_use' ? [[block.name, block.input] as const] : []));

/** The conversation after each call of `message` has given `result`. */
export const answered = (
  task: string,
  message: Message,
  result: (name: string) => string,
  isError = false,
): MessageParam[] => [
  { role: 'user', content: task },
  { role: 'assistant', content: message.content },
  {
    role: 'user',
    content: message.content.flatMap((block) =>
      block.type === 'tool_use'
        ? [{ type: 'tool_result' as const, tool_use_id: block.id, content: result(block.name), is_error: isError }]
        : [],
    ),
  },
];
