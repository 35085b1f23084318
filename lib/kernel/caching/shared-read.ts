import { markOf } from '../age.ts';
import type { Clock } from '../clock.ts';
import { createExpiringCache } from './expiring-cache.ts';

/*
 * Read once for all who ask. A process answers many requests at a time, and most need the same few things: a tenant, a
 * circuit, a key. Whoever asks first reads; those who ask meanwhile wait for that read, and those who ask soon after get
 * what it found. Age counts from the beginning of the read, because that is when it was true; and whoever is told that
 * something changed forgets it, together with the reads under way, which may have seen what was before.
 */

export interface SharedReadOptions {
  readonly clock: Clock;
  /** How long what was found is remembered; 0: only those who ask at the same time share a read. */
  readonly ttlMs: number;
  /** How long `null` is remembered, apart, so that a flood of made-up names pushes nothing real out. Default: `ttlMs`. */
  readonly absentTtlMs?: number;
  /** How long a failure is remembered, and met without a read. Default: not at all. */
  readonly failureTtlMs?: number;
  /** Of each kind; the least recently used gives way. Default: no bound, for names that are a closed set. */
  readonly maxEntries?: number;
}

export interface SharedRead<T> {
  /** What is remembered; else what `read` finds, or another's read under way. Rejects as the read does. */
  find(key: string, read: () => Promise<T>): Promise<T>;
  /** What is known now by other means, whatever a read under way will find. */
  set(key: string, value: T): void;
  /** What matches is read again by the next who asks, and so is all that is being read. */
  forget(matches: (key: string, value: T) => boolean): void;
}

type Ending<T> = { readonly value: T } | { readonly error: unknown };

export const createSharedRead = <T>(options: SharedReadOptions): SharedRead<T> => {
  const { clock, ttlMs, absentTtlMs = ttlMs, failureTtlMs = 0, maxEntries = Number.POSITIVE_INFINITY } = options;
  const memory = (forMs: number) => createExpiringCache<Ending<T>>({ clock, ttlMs: forMs, maxEntries });
  const [found, absent, failed] = [memory(ttlMs), memory(absentTtlMs), memory(failureTtlMs)];
  const reads = new Map<string, Promise<Ending<T>>>();

  const memoryOf = (ending: Ending<T>) => {
    if ('error' in ending) return failureTtlMs > 0 ? failed : null;
    if (ending.value === null) return absentTtlMs > 0 ? absent : null;
    return ttlMs > 0 ? found : null;
  };
  const begin = (key: string, read: () => Promise<T>): Promise<Ending<T>> => {
    const readAt = markOf(clock);
    const reading = (async () => read())().then(
      (value): Ending<T> => ({ value }),
      (error: unknown): Ending<T> => ({ error }),
    );
    const ending = reading.then((how) => {
      // Forgotten meanwhile: good for those who asked before, and for nobody later.
      if (reads.get(key) !== ending) return how;
      reads.delete(key);
      memoryOf(how)?.set(key, how, readAt);
      return how;
    });
    reads.set(key, ending);
    return ending;
  };

  return {
    async find(key, read) {
      const known = found.get(key) ?? absent.get(key) ?? failed.get(key);
      const ending = known ?? (await (reads.get(key) ?? begin(key, read)));
      if ('error' in ending) throw ending.error;
      return ending.value;
    },
    set(key, value) {
      reads.delete(key);
      for (const each of [found, absent, failed]) each.forget((name) => name === key);
      memoryOf({ value })?.set(key, { value }, markOf(clock));
    },
    forget(matches) {
      reads.clear();
      for (const each of [found, absent]) each.forget((key, ending) => 'value' in ending && matches(key, ending.value));
    },
  };
};
