import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { createEmbeddedMetrics } from '../../lib/telemetry/metrics/embedded-metrics.ts';
import { createMetrics, type Metrics, type MetricsOptions } from '../../lib/telemetry/metrics/metrics.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';

export const KNOWN = {
  agent: new Set(['assistant', 'gateway']),
  tool: new Set(['calculate']),
  model: new Set(['claude-sonnet-5-5']),
};

/** The metrics of a process of 200 MB that works on one thing, `run-agent`. */
export const testMetrics = (
  write: (text: string) => void,
  {
    stage = 'dev',
    clock = createFakeClock(),
    ...over
  }: Partial<MetricsOptions> & { readonly stage?: string; readonly clock?: Pick<FakeClock, 'monotonicMs'> } = {},
): Metrics => {
  const work = { function: 'run-agent' };
  const makeLines = async () => createEmbeddedMetrics({ stage, known: KNOWN, memoryBytes: () => 200_400_000 });
  return createMetrics({ clock, contexts: { current: () => work }, write, makeLines, ...over });
};

/** Each line that these events become in one request. */
export const linesOf = (...events: readonly BallastEvent[]): Promise<string[]> => linesOfWork({}, events);

/** The same, where what is worked on is told otherwise. */
export const linesOfWork = async (
  over: Partial<Pick<MetricsOptions, 'contexts'>>,
  events: readonly BallastEvent[],
): Promise<string[]> => {
  const lines: string[] = [];
  const metrics = testMetrics((text) => lines.push(...text.split(/(?<=\n)/)), over);
  events.forEach(metrics.listen);
  await metrics.flush();
  return lines;
};
