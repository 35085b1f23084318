import type { BudgetStore } from '../../budget/store.ts';
import { lazy } from '../../kernel/caching/lazy.ts';

/** A store of budgets that is loaded with its first use: what refuses, replays, reads or submits reserves nothing. */
export const lazyBudgetStore = (load: () => Promise<BudgetStore>): BudgetStore => {
  const open = lazy(load);
  return {
    reserve: async (...asked) => (await open()).reserve(...asked),
    settle: async (...asked) => (await open()).settle(...asked),
    settleAll: async (...asked) => (await open()).settleAll(...asked),
    sweep: async (...asked) => (await open()).sweep(...asked),
    add: async (...asked) => (await open()).add(...asked),
    forget: async (...asked) => (await open()).forget(...asked),
    adjust: async (...asked) => (await open()).adjust(...asked),
    adjusted: async (...asked) => (await open()).adjusted(...asked),
    move: async (...asked) => (await open()).move(...asked),
    note: async (...asked) => (await open()).note(...asked),
    mark: async (...asked) => (await open()).mark(...asked),
    close: async (...asked) => (await open()).close(...asked),
    recount: async (...asked) => (await open()).recount(...asked),
    month: async (...asked) => (await open()).month(...asked),
    months: async (...asked) => (await open()).months(...asked),
  };
};
