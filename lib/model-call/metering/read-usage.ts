import { elementsOf, objectOf } from '../../kernel/json.ts';

/**
 * Counts above this are no counts: more than any window holds, however often a request lets the provider read it
 * again. What a model can have used is checked against its own limits when it is booked.
 */
const MOST = 1_000_000_000;

/** What `usage` says of one kind: a count; `null`: something that is none; `undefined`: nothing. */
export type Count = number | null | undefined;

const countOf = (value: unknown): Count => {
  if (value === undefined || value === null) return undefined;
  return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= MOST ? Number(value) : null;
};

/** The counts of a request, or of one iteration of it. */
export interface ReadCounts {
  readonly input: Count;
  readonly output: Count;
  readonly cacheRead: Count;
  /** All that was written to the prompt cache, whatever its lifetime. */
  readonly cacheWritten: Count;
  readonly cacheWritten5m: Count;
  readonly cacheWritten1h: Count;
}

/** What the provider did within one request; `tokens` of a compaction or an advisor are not in those of the request. */
export interface ReadIteration {
  readonly type: string;
  readonly model: string | null;
  readonly counts: ReadCounts;
}

/** A `usage` object of an answer or of one of its events, whoever wrote it: nothing in it is taken for granted. */
export interface ReadUsage {
  readonly counts: ReadCounts;
  readonly webSearches: Count;
  /** Whether code ran in a container, which is billed by the time. */
  readonly ranCode: boolean;
  readonly serviceTier: string | null;
  readonly inferenceGeo: string | null;
  readonly speed: string | null;
  /** `null`: not told. An entry that is no object is left out, and named in `unknown`. */
  readonly iterations: readonly ReadIteration[] | null;
  /** Names of counts above zero that nobody knows a price for. */
  readonly unknown: readonly string[];
}

const KNOWN = new Set([
  ...['input_tokens', 'output_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens', 'cache_creation'],
  ...['output_tokens_details', 'server_tool_use', 'service_tier', 'inference_geo', 'speed', 'iterations'],
  // A credit lowers the bill by an amount that is told nowhere; a sum of tokens adds nothing to them.
  ...['fallback_credit', 'total_tokens', 'type', 'model'],
]);
const LIFETIMES = new Set(['ephemeral_5m_input_tokens', 'ephemeral_1h_input_tokens']);
/** A search is priced, code by its time; the others cost the tokens that are read, which are counted as such. */
const SERVER_TOOLS = new Set([
  ...['web_search_requests', 'web_fetch_requests', 'code_execution_requests'],
  ...['tool_search_requests', 'tool_search_tool_requests'],
]);

/** Members with a number above zero that are not among the known. */
const unknownIn = (value: unknown, known: ReadonlySet<string>, prefix: string): string[] =>
  Object.entries(objectOf(value)).flatMap(([name, count]) =>
    !known.has(name) && typeof count === 'number' && !(count <= 0) ? [`${prefix}${name}`] : [],
  );

const countsOf = (usage: Readonly<Record<string, unknown>>): ReadCounts => {
  const lifetimes = objectOf(usage['cache_creation']);
  return {
    input: countOf(usage['input_tokens']),
    output: countOf(usage['output_tokens']),
    cacheRead: countOf(usage['cache_read_input_tokens']),
    cacheWritten: countOf(usage['cache_creation_input_tokens']),
    cacheWritten5m: countOf(lifetimes['ephemeral_5m_input_tokens']),
    cacheWritten1h: countOf(lifetimes['ephemeral_1h_input_tokens']),
  };
};

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** A term may be absent or text; anything else is a term that nobody knows. */
const termOf = (value: unknown): string | null =>
  value === undefined || value === null ? null : (textOf(value) ?? 'no text');

const iterationOf = (value: unknown): ReadIteration => {
  const iteration = objectOf(value);
  return {
    type: textOf(iteration['type']) ?? '',
    model: textOf(iteration['model']),
    counts: countsOf(iteration),
  };
};

/** Whether any of the counts is something that is no count. */
export const isFlawed = (counts: Partial<ReadCounts>): boolean => Object.values(counts).includes(null);

/** Reads a `usage` object; one that is missing or none at all says nothing. */
export const readUsage = (value: unknown): ReadUsage => {
  const usage = objectOf(value);
  const tools = objectOf(usage['server_tool_use']);
  const { iterations } = usage;
  const listed = elementsOf(iterations);
  const isList = iterations === undefined || iterations === null || Array.isArray(iterations);
  return {
    counts: countsOf(usage),
    webSearches: countOf(tools['web_search_requests']),
    ranCode: (countOf(tools['code_execution_requests']) ?? 0) > 0,
    serviceTier: termOf(usage['service_tier']),
    inferenceGeo: termOf(usage['inference_geo']),
    speed: termOf(usage['speed']),
    iterations: listed.length === 0 ? null : listed.map(iterationOf),
    unknown: [
      ...unknownIn(usage, KNOWN, ''),
      ...unknownIn(usage['cache_creation'], LIFETIMES, 'cache_creation.'),
      ...unknownIn(tools, SERVER_TOOLS, 'server_tool_use.'),
      ...listed.flatMap((each) => unknownIn(each, KNOWN, 'iterations.')),
      ...(isList ? [] : ['iterations']),
    ],
  };
};
