import { blocksOf, type ContentBlockParam, type CountRequest } from './request.ts';

export interface Conversation {
  /** The last text block of the user's, in whichever message: tool results are no text. */
  readonly lastUserText: string;
  /** The tool results of the last message; empty when it has none. */
  readonly results: readonly { readonly name: string; readonly text: string; readonly isError: boolean }[];
  /** Which answer to that text is to come, from 1: one more than there are turns since that called tools. */
  readonly turn: number;
  /** Whether the conversation ends with the assistant's own turn, handed back to be resumed. */
  readonly resumed: boolean;
}

const textOf = (blocks: readonly ContentBlockParam[]): string =>
  blocks.flatMap((block) => (block.type === 'text' ? [block.text ?? ''] : [])).join('\n');

/** A block of its own is what was sent to a run behind its task. */
const lastText = (blocks: readonly ContentBlockParam[]): string =>
  blocks.findLast(({ type, text = '' }) => type === 'text' && text.trim() !== '')?.text ?? '';

const resultText = (content: unknown): string => {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return textOf(content as ContentBlockParam[]);
};

/** What matters of a conversation for the next simulated answer. */
export const conversationOf = ({ messages }: Pick<CountRequest, 'messages'>): Conversation => {
  const said = messages.filter((message) => message.role !== 'system');
  const userTexts = said.map(({ role, content }) => (role === 'user' ? lastText(blocksOf(content)) : ''));
  const asked = userTexts.findLastIndex((text) => text !== '');
  const answers = said.slice(asked + 1).filter(({ role }) => role === 'assistant');
  const calling = answers.filter(({ content }) => blocksOf(content).some(({ type }) => type === 'tool_use'));
  const names = new Map(said.flatMap(({ content }) => blocksOf(content)).map((block) => [block.id, block.name]));
  const last = said.at(-1);
  const results = last?.role === 'user' ? blocksOf(last.content).filter((block) => block.type === 'tool_result') : [];
  return {
    lastUserText: userTexts[asked] ?? '',
    turn: calling.length + 1,
    results: results.map((block) => ({
      name: names.get(block.tool_use_id) ?? 'tool',
      text: resultText(block.content),
      isError: block.is_error === true,
    })),
    resumed: last?.role === 'assistant',
  };
};
