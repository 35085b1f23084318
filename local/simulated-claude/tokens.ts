import type { ContentBlock } from '@anthropic-ai/sdk/resources/messages';
import { blocksOf, type ContentBlockParam, type CountRequest } from './request.ts';

const CHARACTERS_PER_TOKEN = 4;
/** An image costs by its pixels, which are not looked at: a middling one. */
const IMAGE_TOKENS = 1500;

/** Some four characters a token, at least one. */
export const tokensOf = (text: string): number => Math.max(1, Math.ceil(text.length / CHARACTERS_PER_TOKEN));

/** The longest text that counts as at most `tokens`, in UTF-16 units. */
export const charactersWithin = (tokens: number): number => tokens * CHARACTERS_PER_TOKEN;

/** One piece of a prompt, in the order in which a cached prefix is made of them. */
export interface Segment {
  /** All that distinguishes it, without its `cache_control`. */
  readonly content: string;
  readonly tokens: number;
  /** The lifetime of the breakpoint on it; `null` when it carries none. */
  readonly ttl: '5m' | '1h' | null;
}

type Piece = Pick<ContentBlockParam, 'cache_control'> & { readonly type?: string | null | undefined };

const segmentOf = (kind: string, { cache_control: control, ...piece }: Piece): Segment => {
  const json = JSON.stringify(piece);
  const text = piece.type === 'text' && 'text' in piece ? String(piece.text) : json;
  return {
    content: `${kind}:${json}`,
    tokens: piece.type === 'image' ? IMAGE_TOKENS : tokensOf(text),
    ttl: control ? (control.ttl ?? '5m') : null,
  };
};

/** The prompt as segments: tools, then system, then messages. A `cache_control` of the whole marks the last one. */
export const segmentsOf = (request: CountRequest): Segment[] => {
  const segments = [
    ...(request.tools ?? []).map((tool) => segmentOf('tool', tool)),
    ...(request.system === undefined ? [] : blocksOf(request.system)).map((block) => segmentOf('system', block)),
    ...request.messages.flatMap(({ role, content }) => blocksOf(content).map((block) => segmentOf(role, block))),
  ];
  const last = segments.at(-1);
  if (last && request.cache_control)
    segments[segments.length - 1] = { ...last, ttl: request.cache_control.ttl ?? '5m' };
  return segments;
};

export const totalTokens = (segments: readonly Segment[]): number =>
  segments.reduce((sum, { tokens }) => sum + tokens, 0);

const outputText = (block: ContentBlock): string => {
  if (block.type === 'text') return block.text;
  return block.type === 'tool_use' ? block.name + JSON.stringify(block.input) : JSON.stringify(block);
};

export const outputTokens = (content: readonly ContentBlock[]): number =>
  content.reduce((sum, block) => sum + tokensOf(outputText(block)), 0);
