import { lazy } from '../../kernel/caching/lazy.ts';
import type { ContentStore } from '../../runs/trace/content-store.ts';
import type { AsyncRunStore, RunList, RunStore } from '../../runs/types.ts';

type AllRuns = RunStore & AsyncRunStore & RunList;

/** A store of runs that is loaded with its first use: what passes messages on, reports or administers needs none. */
export const lazyRunStore = (load: () => Promise<AllRuns>): AllRuns => {
  const open = lazy(load);
  return {
    add: async (...asked) => (await open()).add(...asked),
    find: async (...asked) => (await open()).find(...asked),
    list: async (...asked) => (await open()).list(...asked),
    submit: async (...asked) => (await open()).submit(...asked),
    abandon: async (...asked) => (await open()).abandon(...asked),
    findInput: async (...asked) => (await open()).findInput(...asked),
    progress: async (...asked) => (await open()).progress(...asked),
    begin: async (...asked) => (await open()).begin(...asked),
    end: async (...asked) => (await open()).end(...asked),
  };
};

/** As `lazyRunStore`, for what was written in runs. */
export const lazyContentStore = (load: () => Promise<ContentStore>): ContentStore => {
  const open = lazy(load);
  return {
    put: async (...asked) => (await open()).put(...asked),
    find: async (...asked) => (await open()).find(...asked),
  };
};
