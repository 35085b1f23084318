import type { StoredAnswer } from './answer.ts';
import type { CacheKey } from './key.ts';
import type { CacheStore, FlightRecord } from './store.ts';

/** For tests, and for an environment without a table. */
export const createMemoryCacheStore = (): CacheStore => {
  const answers = new Map<CacheKey, StoredAnswer>();
  const flights = new Map<CacheKey, FlightRecord>();
  return {
    read: async (key) => ({ answer: answers.get(key) ?? null, flight: flights.get(key) ?? null }),
    async lead(key, flight, now) {
      if ((flights.get(key)?.endsAt ?? -Infinity) > now) return false;
      flights.set(key, flight);
      return true;
    },
    async change(key, flight) {
      const found = flights.get(key);
      if (found?.state !== 'aloft' || found.owner !== flight.owner) return false;
      flights.set(key, flight);
      return true;
    },
    async putAnswer(key, answer) {
      if ((answers.get(key)?.storedAt ?? -Infinity) > answer.storedAt) return false;
      answers.set(key, answer);
      return true;
    },
  };
};
