import { expect, it } from 'vitest';
import { label } from '../../lib/kernel/redacted.ts';
import { ownTimeMs, type Timed } from '../../lib/telemetry/own-time.ts';
import { createFakeClock } from '../fake-clock.ts';
import { published } from './embedded-format.ts';
import { SAMPLES } from './events.ts';
import { testMetrics } from './metric-lines.ts';

const attempt = (atMs: number, durationMs: number): Timed => ({
  atMs,
  event: { ...SAMPLES['model.attempted'], durationMs },
});
const tool = (atMs: number, durationMs: number): Timed => ({
  atMs,
  event: { ...SAMPLES['tool.finished'], durationMs },
});
const retry = (atMs: number, delayMs: number): Timed => ({ atMs, event: { ...SAMPLES['model.retried'], delayMs } });

it.each<[string, readonly Timed[], number, number | null]>([
  ['nothing of it waited for a model', [tool(100, 100)], 100, null],
  ['one attempt', [attempt(90, 80)], 100, 20],
  ['an attempt, a tool and an attempt', [attempt(50, 40), tool(70, 10), attempt(100, 25)], 110, 35],
  ['tools side by side, which count once', [attempt(20, 20), tool(50, 30), tool(60, 40)], 70, 10],
  ['a tool within the time of another', [attempt(10, 10), tool(30, 5), tool(60, 50)], 70, 10],
  ['the pause before a retry', [attempt(10, 10), retry(10, 50), attempt(70, 10)], 80, 10],
  ['more waits than time, as clocks have it', [attempt(100, 200)], 100, 0],
])('the own time of a request is what is left of it: %s', (_what, during, durationMs, own) => {
  expect(ownTimeMs(during, durationMs)).toBe(own);
});

it('is published by function, and of each of two requests that end together for itself', async () => {
  const clock = createFakeClock();
  const lines: string[] = [];
  let work = { function: 'run-agent' };
  const metrics = testMetrics((text) => lines.push(...text.trimEnd().split('\n')), {
    clock,
    contexts: { current: () => work },
  });
  const other = { function: 'messages' };
  await clock.advance(100);
  metrics.listen({ ...SAMPLES['model.attempted'], durationMs: 60 });
  work = other;
  metrics.listen({ ...SAMPLES['model.attempted'], durationMs: 95 });
  metrics.listen({ ...SAMPLES['request.finished'], function: label('messages'), durationMs: 100 });
  await metrics.flush();
  const rows = () =>
    lines.flatMap(published).filter(({ name, dimensions }) => name === 'Overhead' && dimensions['function']);
  expect(rows().map(({ dimensions, values }) => [dimensions['function'], values])).toEqual([['messages', [5]]]);
  // What the other waited for has gone out with it, and still counts.
  lines.length = 0;
  work = { function: 'run-agent' };
  const first = work;
  for (const [ms, durationMs] of [
    [50, 40],
    [50, 30],
  ] as const) {
    await clock.advance(ms);
    work = first;
    metrics.listen({ ...SAMPLES['model.attempted'], durationMs });
    work = other;
    await metrics.flush();
  }
  work = first;
  metrics.listen({ ...SAMPLES['request.finished'], durationMs: 100 });
  await metrics.flush();
  expect(rows().map(({ dimensions, values }) => [dimensions['function'], values])).toEqual([['run-agent', [30]]]);
});
