import type { PricingTerms } from '../../pricing/pricing.ts';
import { NO_TOKENS, type TokenUsage } from '../../usage/record.ts';
import { type Count, isFlawed, type ReadCounts, type ReadIteration, type ReadUsage, readUsage } from './read-usage.ts';

/** What the provider did within a request, each by its own model; lifetimes of cache writes as those of the request. */
export interface Iteration {
  readonly type: string;
  /** `null`: the one that served the request. */
  readonly model: string | null;
  readonly tokens: TokenUsage;
}

/** What an answer says of its bill beside the counts of its own tokens. */
export interface Bill {
  readonly iterations: readonly Iteration[];
  /** Counts that were left out, are none, or contradict what was seen. */
  readonly missing: readonly ('input' | 'output')[];
  /** Names of what is billed and has no known price. */
  readonly unknown: readonly string[];
  /** Whether code ran in a container, which is billed by the time. */
  readonly ranCode: boolean;
}

/** Follows what an attempt uses while its events pass. What the upstream says is validated; a count never falls. */
export interface Meter {
  started(usage: unknown): void;
  /** Usage in `message_delta` is cumulative. */
  updated(usage: unknown): void;
  wrote(text: string): void;
  /** The answer has content of a tool that runs code at the provider. */
  sawCode(): void;
  /** `final`: as the upstream said; otherwise at least one output token for each byte that was seen. */
  tokens(final: boolean): TokenUsage;
  /** The terms that the upstream itself billed the answer under, where it said so; they win over what was asked. */
  terms(): PricingTerms;
  bill(): Bill;
}

export interface MeterOptions {
  /** Whether the request may write to the one-hour cache: what was written for an unknown time may be such a write. */
  readonly oneHourWrites?: () => boolean;
}

/** Bytes of text that no token exceeds; the longest known ones are runs of blanks. */
const MOST_BYTES_PER_TOKEN = 128;
/** Of one token of English prose. */
const SHORT_TOKEN_BYTES = 4;
/** What `message_start` counts as output may be a mere beginning, which the last word then replaces. */
const BEGINNING_TOKENS = 1;

const INPUT = ['input', 'cacheRead', 'cacheWritten', 'cacheWritten5m', 'cacheWritten1h'] as const;
const NOTHING: ReadCounts = {
  input: undefined,
  output: undefined,
  cacheRead: undefined,
  cacheWritten: undefined,
  cacheWritten5m: undefined,
  cacheWritten1h: undefined,
};

/** The later word, unless it is lower than what was known: what is billed does not become less. */
const later = (known: Count, said: Count): Count => {
  if (said === undefined) return known;
  return said === null ? (known ?? null) : Math.max(known ?? 0, said);
};

const merged = (known: ReadCounts, said: ReadCounts): ReadCounts => ({
  input: later(known.input, said.input),
  output: later(known.output, said.output),
  cacheRead: later(known.cacheRead, said.cacheRead),
  cacheWritten: later(known.cacheWritten, said.cacheWritten),
  cacheWritten5m: later(known.cacheWritten5m, said.cacheWritten5m),
  cacheWritten1h: later(known.cacheWritten1h, said.cacheWritten1h),
});

const tokensOf = (counts: ReadCounts, webSearches: Count, oneHourWrites: () => boolean): TokenUsage => {
  const fiveMinutes = counts.cacheWritten5m ?? 0;
  const oneHour = counts.cacheWritten1h ?? 0;
  // The split by lifetime stands in message_start alone; what comes later is told as a sum.
  const unsplit = Math.max(0, (counts.cacheWritten ?? 0) - fiveMinutes - oneHour);
  const unsplitForAnHour = unsplit > 0 && oneHourWrites() ? unsplit : 0;
  return {
    ...NO_TOKENS,
    inputTokens: counts.input ?? 0,
    outputTokens: counts.output ?? 0,
    cacheReadInputTokens: counts.cacheRead ?? 0,
    cacheWrite5mInputTokens: fiveMinutes + unsplit - unsplitForAnHour,
    cacheWrite1hInputTokens: oneHour + unsplitForAnHour,
    webSearchRequests: webSearches ?? 0,
  };
};

const TIERS: ReadonlySet<string> = new Set(['standard', 'priority', 'batch']);

export const createMeter = ({ oneHourWrites = () => false }: MeterOptions = {}): Meter => {
  let counts = NOTHING;
  let webSearches: Count;
  let iterations: readonly ReadIteration[] = [];
  let terms: PricingTerms = {};
  let bytes = 0;
  let ranCode = false;
  let isOutputTold = false;
  const unknown = new Set<string>();

  const take = (said: ReadUsage) => {
    counts = merged(counts, said.counts);
    webSearches = later(webSearches, said.webSearches);
    if (said.iterations !== null && said.iterations.length >= iterations.length) iterations = said.iterations;
    ranCode ||= said.ranCode;
    for (const name of said.unknown) unknown.add(name);
    const { serviceTier, inferenceGeo, speed } = said;
    if (serviceTier !== null && !TIERS.has(serviceTier)) unknown.add('service_tier');
    terms = {
      ...terms,
      ...(serviceTier === 'batch' ? { batch: true } : {}),
      // `not_available`, from models that know no geography, is no word about it.
      ...(inferenceGeo !== null && inferenceGeo !== 'not_available' ? { inferenceGeo } : {}),
      ...(speed === null ? {} : { speed }),
    };
  };
  // One token more: a count may leave out the last one. None at all is no count of more than one short token.
  const isImplausible = () =>
    counts.output ? (counts.output + 1) * MOST_BYTES_PER_TOKEN < bytes : bytes > SHORT_TOKEN_BYTES;
  const missing = (): Bill['missing'] => {
    const input = INPUT.some((kind) => counts[kind] === null) || counts.input === undefined;
    const output = !isOutputTold || counts.output === null || isImplausible();
    const isBroken = webSearches === null || iterations.some((each) => isFlawed(each.counts));
    return [...(input || isBroken ? (['input'] as const) : []), ...(output || isBroken ? (['output'] as const) : [])];
  };

  return {
    started: (usage) => take(readUsage(usage)),
    updated(usage) {
      const said = readUsage(usage);
      const isFirstWord = !isOutputTold && typeof said.counts.output === 'number';
      if (isFirstWord && (counts.output ?? 0) <= BEGINNING_TOKENS) counts = { ...counts, output: undefined };
      isOutputTold ||= isFirstWord;
      take(said);
    },
    wrote(text) {
      bytes += Buffer.byteLength(text);
    },
    sawCode() {
      ranCode = true;
    },
    tokens(final) {
      const tokens = tokensOf(counts, webSearches, oneHourWrites);
      return final ? tokens : { ...tokens, outputTokens: Math.max(tokens.outputTokens, bytes) };
    },
    terms: () => terms,
    bill: () => ({
      iterations: iterations.map(({ type, model, counts: own }) => ({
        type,
        model,
        tokens: tokensOf(own, 0, oneHourWrites),
      })),
      missing: missing(),
      unknown: [...unknown],
      ranCode,
    }),
  };
};
