import { isDeepStrictEqual } from 'node:util';
import type { Taint } from './flow-rules.ts';

/** A call of a tool with its whole input. */
export interface PlannedCall {
  readonly tool: string;
  readonly input: unknown;
}

/** So many calls a run may plan, in all its plans together: who chooses among many chooses freely. */
export const MOST_PLANNED = 10;

/** The calls that a run has planned before it read a stranger's words. */
export interface Plan {
  /**
   * Adds calls that were chosen by what `taint` says and nothing else: none once that is `untrusted`, whatever rule it breaks by then,
   * and none beyond `MOST_PLANNED`.
   */
  add(calls: readonly PlannedCall[], taint: Taint): void;
  /** Uses up the first such call; `false`: there is none. */
  take(call: PlannedCall): boolean;
}

/** A call of a plan has the same tool and the same input, in whatever order its members stand, and is made once. */
export const createPlan = (): Plan => {
  const planned: PlannedCall[] = [];
  let room = MOST_PLANNED;
  return {
    add(calls, taint) {
      if (taint.includes('untrusted')) return;
      const added = calls.slice(0, room);
      planned.push(...added.map(({ tool, input }) => ({ tool, input })));
      room -= added.length;
    },
    take({ tool, input }) {
      const at = planned.findIndex((call) => isDeepStrictEqual(call, { tool, input }));
      if (at !== -1) planned.splice(at, 1);
      return at !== -1;
    },
  };
};
