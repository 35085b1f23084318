import type { Parking } from '../../accounts/parking.ts';
import { lazy } from '../../kernel/caching/lazy.ts';

/** Where attempts wait for the reconciler, loaded with its first use: most processes park none. */
export const lazyParking = (load: () => Promise<Parking>): Parking => {
  const open = lazy(load);
  return {
    begin: async (...asked) => (await open()).begin(...asked),
    end: async (...asked) => (await open()).end(...asked),
    withdraw: async (...asked) => (await open()).withdraw(...asked),
    park: async (...asked) => (await open()).park(...asked),
    list: async () => (await open()).list(),
    ofRun: async (...asked) => (await open()).ofRun(...asked),
    claim: async (...asked) => (await open()).claim(...asked),
    book: async (...asked) => (await open()).book(...asked),
    remove: async (...asked) => (await open()).remove(...asked),
  };
};
