import { elementsOf, isSet, objectOf } from '../../kernel/json.ts';
import { mediaBytesOf } from '../../pricing/bounds/judge-request.ts';
import type { TokenUsage } from '../../usage/record.ts';

/** Bytes of a request to a token, before tokens can be counted; English prose has about four. */
const BYTES_PER_TOKEN = 4;

/**
 * What may be read from the prompt cache is charged at a tenth before the call: nine tenths of a coding agent's prompts
 * are. Whoever marks what is not cached gets ten such calls in at once at most, and is charged for them afterwards.
 */
const CACHEABLE_SHARE = 0.1;

const isMarked = (block: unknown): boolean => isSet(objectOf(block)['cache_control']);

/** Blocks of the request in the order in which they are cached; a text in place of a list is one. */
const blocksOf = (value: unknown): readonly unknown[] => (typeof value === 'string' ? [value] : elementsOf(value));

const bytesOf = (blocks: readonly unknown[]): number =>
  blocks.length === 0 ? 0 : Buffer.byteLength(JSON.stringify(blocks)) - mediaBytesOf(blocks);

/** Bytes after the last mark of the cache, media left out; `null`: nothing is marked. */
const unmarkedBytes = (request: unknown): number | null => {
  const body = objectOf(request);
  // Marked as a whole: the provider sets the mark behind the last block.
  if (isMarked(body)) return 0;
  const turns = elementsOf(body['messages']).map((turn) => blocksOf(objectOf(turn)['content']));
  const sections = [blocksOf(body['tools']), blocksOf(body['system']), ...turns];
  const last = sections.findLastIndex((blocks) => blocks.some(isMarked));
  if (last === -1) return null;
  const [section = [], ...later] = sections.slice(last);
  return bytesOf([...section.slice(section.findLastIndex(isMarked) + 1), ...later.flat()]);
};

/**
 * What a call is charged against a limit of tokens before it is made. `textBytes`: of the whole request, media left
 * out.
 */
export const tokensBefore = (request: unknown, textBytes: number): number => {
  const fresh = Math.min(textBytes, unmarkedBytes(request) ?? textBytes);
  return Math.ceil((fresh + (textBytes - fresh) * CACHEABLE_SHARE) / BYTES_PER_TOKEN);
};

/** What a call counts as against a limit of tokens, as the provider's own limits count: cache reads are free. */
export const tokensUsed = (tokens: TokenUsage): number =>
  tokens.inputTokens + tokens.outputTokens + tokens.cacheWrite5mInputTokens + tokens.cacheWrite1hInputTokens;
