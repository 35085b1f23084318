import { describe, expect, it } from 'vitest';
import { createWorkContexts } from '../../../lib/telemetry/context/work-context.ts';
import type { BallastEvent } from '../../../lib/telemetry/events.ts';
import { createOtlpExport } from '../../../lib/telemetry/tracing/otlp.ts';
import { createSendTraces, FLUSH_MS } from '../../../lib/telemetry/tracing/send-traces.ts';
import { createTraceQueue } from '../../../lib/telemetry/tracing/trace-queue.ts';
import { createFakeClock } from '../../fake-clock.ts';
import { type Answer, startHttpTarget } from '../../http-target.ts';
import { systemClock } from '../../upstream/system-clock.ts';
import { SAMPLES } from '../events.ts';
import { testMetrics } from '../metric-lines.ts';

/** The queue of a process, with the exporter that is deployed. */
const tracingTo = (endpoint: string, headers: () => Promise<string> = async () => '') => {
  const clock = createFakeClock();
  const contexts = createWorkContexts(clock);
  const events: BallastEvent[] = [];
  const exportSpans = createOtlpExport({
    endpoint,
    headers,
    clock: systemClock,
    stage: 'dev',
    version: '1.0.0',
    optIn: '',
  });
  const send = createSendTraces({ clock, emit: (event) => void events.push(event), exportSpans });
  const traces = createTraceQueue({ clock, contexts, load: async () => send });
  const tell = () =>
    contexts.within('run-agent', {}, () => {
      contexts.know({ requestId: 'req_1', trace: { traceId: 'ab'.repeat(16), sampled: true } });
      traces.listen(SAMPLES['model.attempted']);
    });
  return { clock, events, traces, tell };
};

/** Whether whoever ends a request is free again once `FLUSH_MS` have passed on the clock, whatever the machine takes. */
const isFreeInTime = async ({ clock, traces, tell }: ReturnType<typeof tracingTo>): Promise<boolean> => {
  tell();
  let isFree = false;
  const flushed = traces.flush().then(() => (isFree = true));
  await clock.advance(FLUSH_MS);
  // Nothing else moves the clock: one that waits for the receiver would not end with this.
  await Promise.race([flushed, new Promise((done) => setImmediate(done))]);
  return isFree;
};

const ANSWERS: readonly [string, Answer][] = [
  ['hangs', 'hang'],
  ['cuts', 'cut'],
  ['answers 500', { status: 500 }],
  ['answers 503', { status: 503 }],
  ['refuses the key', { status: 401 }],
  ['leads elsewhere', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }],
];

describe('a receiver of traces', () => {
  it.each(ANSWERS)('that %s holds nobody up for longer than 300 ms', async (_what, answer) => {
    const receiver = await startHttpTarget();
    receiver.script(answer);
    const tracing = tracingTo(receiver.url);
    expect(await isFreeInTime(tracing)).toBe(true);
    expect(await isFreeInTime(tracing)).toBe(true);
    await receiver.close();
  });

  it('that answers after ten seconds holds nobody up, neither whoever it was asked for nor the next', async () => {
    const receiver = await startHttpTarget();
    const tracing = tracingTo(receiver.url);
    const order: string[] = [];
    const answered = new Promise<void>((resolve) => {
      tracing.clock.after(10_000, () => {
        order.push('answered');
        resolve();
      });
    });
    receiver.script({ status: 200, after: answered });
    for (const which of ['first', 'next']) {
      expect(await isFreeInTime(tracing)).toBe(true);
      order.push(`${which} is free`);
      await expect.poll(() => receiver.seen.length).toBe(1);
    }
    await tracing.clock.advance(10_000);
    expect(order).toEqual(['first is free', 'next is free', 'answered']);
    await receiver.close();
  });

  it('that is not there holds nobody up, and what it lost is told', async () => {
    const receiver = await startHttpTarget();
    await receiver.close();
    const tracing = tracingTo(receiver.url);
    expect(await isFreeInTime(tracing)).toBe(true);
    await expect.poll(() => tracing.events).toMatchObject([{ type: 'spans.lost', count: 1 }]);
  });

  it('whose key cannot be read, or never comes, holds nobody up', async () => {
    const receiver = await startHttpTarget();
    expect(await isFreeInTime(tracingTo(receiver.url, () => Promise.reject(new Error('no secret'))))).toBe(true);
    expect(await isFreeInTime(tracingTo(receiver.url, () => new Promise(() => {})))).toBe(true);
    await receiver.close();
  });
});

it('metrics that cannot be written are lost, and nobody hears of it', async () => {
  const metrics = testMetrics(() => {
    throw new Error('EPIPE');
  });
  metrics.listen(SAMPLES['run.finished']);
  await expect(metrics.flush()).resolves.toBeUndefined();
  metrics.listen(SAMPLES['run.finished']);
  await expect(metrics.flush()).resolves.toBeUndefined();
});
