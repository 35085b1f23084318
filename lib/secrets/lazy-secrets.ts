import { lazy } from '../kernel/caching/lazy.ts';
import type { Secrets } from './secrets.ts';

/** Secrets whose code is loaded with the first that is read: a process that only refuses, or answers without one, reads none. */
export const lazySecrets = (load: () => Promise<Secrets>): Secrets => {
  const loaded = lazy(load);
  return {
    open: (...of) => ({
      get: async () => (await loaded()).open(...of).get(),
      refresh: async (eachMs) => (await loaded()).open(...of).refresh(eachMs),
    }),
  };
};
