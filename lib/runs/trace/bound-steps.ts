import type { TraceStep } from './trace-step.ts';

/** Steps that a trace has at most, and what they come to as JSON: a third of what a function can answer with. */
export const MOST_STEPS = 1_000;
export const MOST_BYTES = 2 * 1024 * 1024;

/** Where a trace was cut: behind its first `after` steps so many are left out. */
export interface Omitted {
  readonly after: number;
  readonly steps: number;
}

export interface BoundedSteps {
  readonly steps: readonly TraceStep[];
  /** Not there where none are. */
  readonly omitted?: Omitted;
}

/** How many of these sizes, from the first on, stay within both bounds. */
const fitting = (sizes: readonly number[], most: number, bytes: number): number => {
  let left = bytes;
  const over = sizes.findIndex((size, at) => at === most || (left -= size) < 0);
  return over === -1 ? sizes.length : over;
};

/** A trace within its bounds: how the run began and how it ended are kept, and what is left out is counted. */
export const boundSteps = (
  steps: readonly TraceStep[],
  { most = MOST_STEPS, bytes = MOST_BYTES }: { readonly most?: number; readonly bytes?: number } = {},
): BoundedSteps => {
  const sizes = steps.map((step) => Buffer.byteLength(JSON.stringify(step)));
  if (fitting(sizes, most, bytes) === sizes.length) return { steps };
  const half = Math.floor(most / 2);
  const after = fitting(sizes, half, bytes / 2);
  const last = fitting(sizes.slice(after).reverse(), half, bytes / 2);
  return {
    steps: [...steps.slice(0, after), ...steps.slice(steps.length - last)],
    omitted: { after, steps: steps.length - after - last },
  };
};
