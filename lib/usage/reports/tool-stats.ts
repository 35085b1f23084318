import type { ToolCall } from '../tool-record.ts';
import { bucketOf, type Histogram, plusHistogram } from './histogram.ts';
import type { Measure } from './measure.ts';

/** What came of a tool's calls. */
export interface ToolStats {
  readonly calls: number;
  readonly errors: number;
  readonly sumMs: number;
  readonly durations: Histogram;
}

export const toolStatsOf = ({ durationMs, isError }: ToolCall): ToolStats => ({
  calls: 1,
  errors: isError ? 1 : 0,
  sumMs: durationMs,
  durations: new Map([[bucketOf(durationMs), 1]]),
});

type Written = readonly [number, number, number, readonly (readonly [number, number])[]];

export const TOOL_STATS: Measure<ToolStats> = {
  zero: { calls: 0, errors: 0, sumMs: 0, durations: new Map() },
  plus: (a, b) => ({
    calls: a.calls + b.calls,
    errors: a.errors + b.errors,
    sumMs: a.sumMs + b.sumMs,
    durations: plusHistogram(a.durations, b.durations),
  }),
  write: ({ calls, errors, sumMs, durations }): Written => [
    calls,
    errors,
    sumMs,
    // In one order, so that equal figures are written alike.
    [...durations].sort(([a], [b]) => a - b),
  ],
  read(json) {
    const [calls, errors, sumMs, durations] = json as Written;
    return { calls, errors, sumMs, durations: new Map(durations) };
  },
};
