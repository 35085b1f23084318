import { createHash } from 'node:crypto';
import type { Clock } from '../../lib/kernel/clock.ts';
import { type Segment, totalTokens } from './tokens.ts';
import type { TokenCounts } from './wire.ts';

const TTL_MS = { '5m': 300_000, '1h': 3_600_000 } as const;
/** How many segments before a breakpoint are looked at for a prefix that an earlier request had cached. */
const LOOK_BACK = 20;
/** Bounds the memory of a server that runs for days; the oldest go first. */
const MAX_ENTRIES = 1000;

interface Entry {
  readonly expiresAtMs: number;
  readonly ttl: '5m' | '1h';
}

/** What a prompt reads from and writes to the cache; `output` is left to the answer. */
export type InputCounts = Omit<TokenCounts, 'output'>;

export interface PromptCache {
  /** Counts the prompt, and remembers its breakpoints. `owner` is what a cache is never shared across. */
  charge(owner: string, segments: readonly Segment[]): InputCounts;
}

const prefixesOf = (owner: string, segments: readonly Segment[]): string[] => {
  let prefix = owner;
  return segments.map(
    ({ content }) => (prefix = createHash('sha256').update(`${prefix}\n${content}`).digest('base64')),
  );
};

/** A cache of prompt prefixes that lives as the API's does, without its smallest cacheable length. */
export const createPromptCache = (clock: Pick<Clock, 'now'>): PromptCache => {
  const entries = new Map<string, Entry>();
  const keep = (prefix: string, ttl: '5m' | '1h') => {
    entries.delete(prefix);
    entries.set(prefix, { ttl, expiresAtMs: clock.now() + TTL_MS[ttl] });
    for (const oldest of entries.keys()) if (entries.size > MAX_ENTRIES) entries.delete(oldest);
  };
  const isFresh = (prefix: string | undefined): prefix is string => {
    const entry = prefix === undefined ? undefined : entries.get(prefix);
    return entry !== undefined && entry.expiresAtMs > clock.now();
  };
  return {
    charge: (owner, segments) => {
      const prefixes = prefixesOf(owner, segments);
      const marks = segments.flatMap(({ ttl }, at) => (ttl === null ? [] : [{ at, ttl }]));
      const hit = prefixes.findLastIndex(
        (prefix, at) => marks.some((mark) => at <= mark.at && at >= mark.at - LOOK_BACK) && isFresh(prefix),
      );
      const found = entries.get(prefixes[hit] ?? '');
      if (found) keep(prefixes[hit] ?? '', found.ttl);
      const written = { '5m': 0, '1h': 0 };
      let from = hit + 1;
      for (const { at, ttl } of marks.filter((mark) => mark.at > hit)) {
        written[ttl] += totalTokens(segments.slice(from, at + 1));
        keep(prefixes[at] ?? '', ttl);
        from = at + 1;
      }
      return {
        input: totalTokens(segments.slice(from)),
        read: totalTokens(segments.slice(0, hit + 1)),
        write5m: written['5m'],
        write1h: written['1h'],
      };
    },
  };
};
