import { isDeepStrictEqual } from 'node:util';
import type { Taint } from './flow-rules.ts';

/** A call of a tool with its whole input. */
export interface PlannedCall {
  readonly tool: string;
  readonly input: unknown;
}

/** The calls that a run has planned, each with what it had read when it did. */
export interface Plan {
  /** Adds calls that were chosen by what `taint` says and nothing else. */
  add(calls: readonly PlannedCall[], taint: Taint): void;
  /** Uses up the first such call that was chosen by something that `isFine`; `false`: there is none. */
  take(call: PlannedCall, isFine: (taint: Taint) => boolean): boolean;
}

/** A call of a plan has the same tool and the same input, in whatever order its members stand, and is made once. */
export const createPlan = (): Plan => {
  const planned: (readonly [call: PlannedCall, taint: Taint])[] = [];
  return {
    add: (calls, taint) => void planned.push(...calls.map(({ tool, input }) => [{ tool, input }, taint] as const)),
    take({ tool, input }, isFine) {
      const at = planned.findIndex(([call, taint]) => isFine(taint) && isDeepStrictEqual(call, { tool, input }));
      if (at !== -1) planned.splice(at, 1);
      return at !== -1;
    },
  };
};
