import type { ContentBlock, StopReason } from '@anthropic-ai/sdk/resources/messages';
import { cutText } from './split-text.ts';
import { charactersWithin, outputTokens } from './tokens.ts';

export interface Limited {
  readonly content: readonly ContentBlock[];
  readonly stopReason: StopReason;
  readonly stopSequence: string | null;
}

const firstOf = (text: string, sequences: readonly string[]): { at: number; sequence: string } | null => {
  const found = sequences.map((sequence) => ({ at: text.indexOf(sequence), sequence })).filter(({ at }) => at >= 0);
  return found.sort((a, b) => a.at - b.at).at(0) ?? null;
};

/** A text is cut to fit; a call of a tool that does not fit is left out, never sent in part. */
const fitting = (block: ContentBlock, tokens: number): ContentBlock[] =>
  block.type === 'text' && tokens > 0 ? [{ ...block, text: cutText(block.text, charactersWithin(tokens)) }] : [];

/** What is left of the content under the request's `stop_sequences` and `max_tokens`, and why it ends there. */
export const limited = (
  content: readonly ContentBlock[],
  {
    max_tokens: maxTokens,
    stop_sequences: sequences = [],
  }: { max_tokens: number; stop_sequences?: string[] | undefined },
): Limited => {
  const kept: ContentBlock[] = [];
  for (const block of content) {
    const stop = block.type === 'text' ? firstOf(block.text, sequences) : null;
    const whole = stop && block.type === 'text' ? { ...block, text: block.text.slice(0, stop.at) } : block;
    const left = maxTokens - outputTokens(kept);
    if (outputTokens([whole]) > left) {
      return { content: [...kept, ...fitting(whole, left)], stopReason: 'max_tokens', stopSequence: null };
    }
    if (whole.type !== 'text' || whole.text !== '') kept.push(whole);
    if (stop) return { content: kept, stopReason: 'stop_sequence', stopSequence: stop.sequence };
  }
  const calls = kept.some((block) => block.type === 'tool_use');
  return { content: kept, stopReason: calls ? 'tool_use' : 'end_turn', stopSequence: null };
};
