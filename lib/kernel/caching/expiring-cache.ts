import { ageMs, type Mark } from '../age.ts';
import type { Clock } from '../clock.ts';

/** A bounded memory of what was read: entries end by age, and the least recently used gives way when it is full. */
export interface ExpiringCache<T> {
  get(key: string): T | undefined;
  /** `readAt` is when the reading began: age counts from what was true then. */
  set(key: string, value: T, readAt: Mark): void;
  forget(matches: (key: string, value: T) => boolean): void;
}

export interface ExpiringCacheOptions {
  readonly clock: Clock;
  readonly ttlMs: number;
  readonly maxEntries: number;
}

export const createExpiringCache = <T>({ clock, ttlMs, maxEntries }: ExpiringCacheOptions): ExpiringCache<T> => {
  // A Map keeps the order of insertion; what is used is put back at the end, so the first key is the one to give up.
  const entries = new Map<string, { readonly value: T; readonly readAt: Mark }>();
  return {
    get(key) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      entries.delete(key);
      if (ageMs(clock, entry.readAt) >= ttlMs) return undefined;
      entries.set(key, entry);
      return entry.value;
    },
    set(key, value, readAt) {
      entries.delete(key);
      entries.set(key, { value, readAt });
      const [oldest] = entries.keys();
      if (entries.size > maxEntries && oldest !== undefined) entries.delete(oldest);
    },
    forget(matches) {
      for (const [key, { value }] of entries) if (matches(key, value)) entries.delete(key);
    },
  };
};
