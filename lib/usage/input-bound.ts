import { contentBoundOf, type ContentBound } from './content-bound.ts';
import { elementsOf, isSet, objectOf } from './json.ts';
import { inputTokenBound } from './pricing.ts';
import { toolBoundOf } from './request-tools.ts';
import { mayWriteForAnHour } from './cache-lifetime.ts';

/** What a request asks for whose price nobody can know before it has answered. */
export type UnpriceableFeature =
  'compaction' | 'container' | 'document-source' | 'fallbacks' | 'mcp_servers' | 'server-tool' | 'speed';

export interface InputBound {
  /** The most input tokens, cached ones included, that the request can be billed for. */
  readonly tokens: number;
  /** Bytes of it without media, whose base64 says nothing about tokens. */
  readonly textBytes: number;
  /** Whether the provider's `count_tokens` may stand for `tokens`: it knows neither what server tools will read nor what it is not told. */
  readonly countable: boolean;
  readonly oneHourCacheWrites: boolean;
  /** Empty, or `tokens` bounds nothing. */
  readonly unpriceable: readonly UnpriceableFeature[];
}

/** How often the provider asks a model anew within one request, at its default, before it answers `pause_turn`. */
const MOST_SERVER_TURNS = 10;

/** Members of a request that are input, and that `count_tokens` takes. */
export const COUNTED = ['model', 'messages', 'system', 'tools', 'tool_choice', 'thinking', 'output_config'] as const;
const isCounted = (name: string): boolean => (COUNTED as readonly string[]).includes(name);

/** Members that add nothing to the input. */
const NO_INPUT: ReadonlySet<string> = new Set([
  'max_tokens',
  'stream',
  'metadata',
  'stop_sequences',
  'temperature',
  'top_p',
  'top_k',
  'service_tier',
  'inference_geo',
  'cache_control',
]);
const isNoInput = (name: string): boolean => NO_INPUT.has(name);

const compacts = (management: unknown): boolean =>
  elementsOf(objectOf(management)['edits']).some((edit) => String(objectOf(edit)['type']).startsWith('compact'));

const unpriceable = (request: unknown, content: ContentBound, unboundedTool: boolean): UnpriceableFeature[] => {
  const body = objectOf(request);
  const found: Readonly<Record<UnpriceableFeature, boolean>> = {
    compaction: isSet(body['compaction']) || compacts(body['context_management']),
    container: isSet(body['container']) || content.containerFiles,
    'document-source': content.remoteDocuments,
    fallbacks: isSet(body['fallbacks']),
    mcp_servers: isSet(body['mcp_servers']),
    'server-tool': unboundedTool,
    // A faster answer has another price, which is not in the table.
    speed: isSet(body['speed']) && body['speed'] !== 'standard',
  };
  return (Object.keys(found) as UnpriceableFeature[]).filter((feature) => found[feature]);
};

/**
 * The bound of any body of the Messages API. `bytes` are those of the text that is sent, of which `request` was parsed or which was made
 * of it; each token is at least one of them, but for media and what the provider adds.
 */
export const inputBoundOf = (request: unknown, bytes: number, contextWindow: number): InputBound => {
  const body = objectOf(request);
  const tools = toolBoundOf(body);
  const content = contentBoundOf([
    ...elementsOf(body['system']),
    ...elementsOf(body['messages']).flatMap((message) => elementsOf(objectOf(message)['content'])),
  ]);
  // A thread's earlier turns are kept by the provider.
  const thread = isSet(body['thread']) ? Number.POSITIVE_INFINITY : 0;
  const first = inputTokenBound(
    bytes - content.mediaBytes,
    content.tokens + tools.preambleTokens + thread,
    contextWindow,
  );
  // What a server tool found is read in the next turn, together with all that was read before.
  const turns = 1 + Math.min(tools.serverToolUses, MOST_SERVER_TURNS);
  return {
    tokens: turns === 1 ? first : turns * contextWindow,
    textBytes: bytes - content.mediaBytes,
    countable: turns === 1 && Object.keys(body).every((name) => isCounted(name) || isNoInput(name)),
    oneHourCacheWrites: mayWriteForAnHour(request),
    unpriceable: unpriceable(body, content, tools.unbounded),
  };
};
