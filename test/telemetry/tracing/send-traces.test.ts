import { expect, it } from 'vitest';
import { lazy } from '../../../lib/kernel/caching/lazy.ts';
import { label } from '../../../lib/kernel/redacted.ts';
import { createWorkContexts } from '../../../lib/telemetry/context/work-context.ts';
import type { BallastEvent } from '../../../lib/telemetry/events.ts';
import { createSendTraces, type RecordedEvent } from '../../../lib/telemetry/tracing/send-traces.ts';
import { createTraceQueue } from '../../../lib/telemetry/tracing/trace-queue.ts';
import { createFakeClock } from '../../fake-clock.ts';
import { SAMPLES } from '../events.ts';

const TRACE = { traceId: 'ab'.repeat(16), sampled: true };

const buffer = (send: (told: readonly RecordedEvent[]) => Promise<void>) => {
  const clock = createFakeClock();
  const contexts = createWorkContexts(clock);
  const events: BallastEvent[] = [];
  const emit = (event: BallastEvent) => void events.push(event);
  const load = lazy(async () => createSendTraces({ clock, emit, exportSpans: send }));
  const traces = createTraceQueue({ clock, contexts, load });
  const tell = (event: BallastEvent = SAMPLES['model.attempted'], trace = TRACE) =>
    contexts.within('messages', {}, () => {
      contexts.know({ requestId: 'req_1', trace });
      traces.listen(event);
    });
  return { clock, contexts, events, traces, tell };
};

const sending = () => {
  const sent: RecordedEvent[][] = [];
  return { sent, ...buffer(async (told) => void sent.push([...told])) };
};

it('sends what becomes spans, of traces that are recorded', async () => {
  const { sent, traces, tell } = sending();
  for (const event of Object.values(SAMPLES)) tell(event);
  tell(SAMPLES['tool.finished'], { ...TRACE, sampled: false });
  traces.listen(SAMPLES['tool.finished']);
  await traces.flush();
  await traces.flush();
  expect(sent.map((batch) => batch.map(({ event }) => event.type).toSorted())).toEqual([
    ['model.attempted', 'request.finished', 'run.finished', 'tool.finished'],
  ]);
});

it('holds nobody up for longer than 300 ms, and sends what came meanwhile afterwards', async () => {
  const arrived = Promise.withResolvers<void>();
  const sent: number[] = [];
  const { clock, traces, tell } = buffer(async (told) => {
    sent.push(told.length);
    await arrived.promise;
  });
  tell();
  let over = false;
  const first = traces.flush().then(() => (over = true));
  await clock.advance(299);
  expect(over).toBe(false);
  await clock.advance(1);
  await first;
  tell();
  tell();
  const second = traces.flush();
  await clock.advance(300);
  await second;
  expect(sent).toEqual([1]);
  arrived.resolve();
  await clock.advance(0);
  expect(sent).toEqual([1, 2]);
});

it('says what was lost, and leaves a receiver that fails alone for 30 s', async () => {
  let calls = 0;
  const { clock, events, traces, tell } = buffer(async () => {
    calls += 1;
    throw new TypeError('canary');
  });
  tell();
  tell();
  await traces.flush();
  expect(events).toEqual([{ type: 'spans.lost', count: 2, error: label('TypeError') }]);
  tell();
  await traces.flush();
  await clock.advance(29_999);
  await traces.flush();
  expect(calls).toBe(1);
  await clock.advance(1);
  tell();
  await traces.flush();
  expect(calls).toBe(2);
});

it('keeps no more than 2,048 spans, the newest, and counts the others as lost', async () => {
  let fails = true;
  const sent: RecordedEvent[][] = [];
  const { clock, events, traces, tell } = buffer(async (told) => {
    if (fails) throw new Error('down');
    sent.push([...told]);
  });
  tell();
  await traces.flush();
  for (let n = 1; n <= 2_050; n += 1) tell({ ...SAMPLES['tool.finished'], durationMs: n });
  await clock.advance(30_000);
  await traces.flush();
  expect(events.at(-1)).toMatchObject({ type: 'spans.lost', count: 2_050 });
  fails = false;
  tell();
  await clock.advance(30_000);
  await traces.flush();
  expect(sent.map(({ length }) => length)).toEqual([1]);
  // What gave way while the receiver rested is told when it is well again, not with the next loss.
  for (let n = 1; n <= 2_050; n += 1) tell({ ...SAMPLES['tool.finished'], durationMs: n });
  await traces.flush();
  expect(events.at(-1)).toEqual({ type: 'spans.lost', count: 2, error: 'QueueFull' });
  const told = events.length;
  tell();
  await traces.flush();
  expect([sent.length, events.length]).toEqual([3, told]);
});

it('keeps the content of an attempt for its own span, and of traces that are recorded only', async () => {
  const { sent, contexts, traces } = sending();
  const content = { system: undefined, messages: [], answer: 'text' };
  const { 'model.attempted': attempt } = SAMPLES;
  for (const sampled of [true, false])
    contexts.within('messages', {}, () => {
      contexts.know({ trace: { ...TRACE, sampled } });
      traces.addContent(attempt.attemptId, content);
      traces.listen(attempt);
    });
  contexts.within('messages', {}, () => {
    contexts.know({ trace: TRACE });
    traces.listen(attempt);
  });
  await traces.flush();
  expect(sent[0]?.map((told) => told.content)).toEqual([content, undefined]);
});
