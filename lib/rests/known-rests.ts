import type { Clock } from '../kernel/clock.ts';
import { NEVER_LIMITED, type Rest, type RestState, stateOf } from './rest.ts';
import { isForgotten } from './store.ts';

/** What one environment knows of the rests; there are as many names as models, kinds and keys, which are closed sets. */
export interface KnownRests {
  get(name: string): Rest;
  stateOf(name: string): RestState;
  /** Takes over what was read; where it lags behind what was read or written here already, it is not believed. */
  learn(name: string, rest: Rest): void;
  /** As `learn`, of a strong read or a write that was answered: it also corrects what was only expected. */
  correct(name: string, rest: Rest): void;
  /** What a write that is about to begin will bring: known here at once, and for good if it never arrives. */
  expect(name: string, rest: Rest): void;
  /** Here nobody tries it out before that instant, in epoch milliseconds. */
  postpone(name: string, probeAt: number): void;
}

interface Known {
  readonly rest: Rest;
  readonly isExpected: boolean;
}

export const createKnownRests = (clock: Pick<Clock, 'now'>): KnownRests => {
  const known = new Map<string, Known>();
  /** Forgotten here when it is forgotten in the store, where versions begin anew. */
  const find = (name: string): Known | null => {
    const own = known.get(name);
    return own === undefined || isForgotten(own.rest, clock.now()) ? null : own;
  };
  const get = (name: string): Rest => find(name)?.rest ?? NEVER_LIMITED;
  const take = (name: string, rest: Rest, isExpected: boolean) => {
    for (const [each, { rest: old }] of known) if (isForgotten(old, clock.now())) known.delete(each);
    known.set(name, { rest, isExpected });
  };
  return {
    get,
    stateOf: (name) => stateOf(get(name), clock.now()),
    learn(name, rest) {
      if (rest.version >= get(name).version) take(name, rest, false);
    },
    correct(name, rest) {
      if (find(name)?.isExpected === true || rest.version >= get(name).version) take(name, rest, false);
    },
    expect: (name, rest) => take(name, rest, true),
    postpone(name, probeAt) {
      const own = find(name);
      if (own !== null) known.set(name, { ...own, rest: { ...own.rest, probeAt } });
    },
  };
};
