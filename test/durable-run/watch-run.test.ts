import { once } from 'node:events';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createWatchRun } from '../../lib/durable-run/watch-run.ts';
import type { WatchStart } from '../../lib/durable-run/watch-start.ts';
import { AppError } from '../../lib/kernel/errors.ts';
import { safe } from '../../lib/kernel/redacted.ts';
import type { RunRow } from '../../lib/runs/types.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { createFakeClock } from '../fake-clock.ts';
import { createMemoryLog } from './memory-log.ts';
import { runRow } from './run-row.ts';
import { parseEvents, receive } from './sent.ts';

const LIMIT_MS = 840_000;
/** The contract's bounds. */
const SHOWN_WITHIN_MS = 1_000;
const SILENT_AT_MOST_MS = 15_000;

const after = (id: number, field: WatchStart['field'] = 'after'): WatchStart => ({ after: id, field });
const delta = (text: string) => ({ event: 'text.delta', data: { text } });
const END = [{ event: 'run.succeeded', data: { output: 'ab' } }];
const down = new AppError('store-unavailable', safe`The store does not answer.`, { retryAfterMs: 1_000 });

const setUp = () => {
  const clock = createFakeClock();
  const memory = createMemoryLog();
  const emitted: BallastEvent[] = [];
  const watchRun = createWatchRun({ log: memory.log, clock, emit: (event) => void emitted.push(event) });
  const leave = new AbortController();
  const open = async (start = after(0), limitMs = LIMIT_MS, of = runRow()) => {
    const { body, ...head } = await watchRun(of, { start, limitMs, signal: leave.signal });
    return { ...head, body: typeof body === 'string' ? Readable.from([body]) : (body as Readable) };
  };
  /** Opened and read from then on. */
  const watch = async (...asked: Parameters<typeof open>) => {
    const { body } = await open(...asked);
    const received = receive(body);
    await clock.advance(0);
    return Object.assign(received, { body, now: () => parseEvents(received.text) });
  };
  return { clock, memory, emitted, leave, open, watch };
};

describe('what a watcher gets', () => {
  it('is every event from the beginning under its id, until the last one', async () => {
    const { clock, memory, watch } = setUp();
    memory.write([{ event: 'run.queued', data: {} }, delta('a\n\n: b\u2028')]);
    const watched = await watch();
    memory.write([delta('b')]);
    await clock.advance(SHOWN_WITHIN_MS);
    expect(watched.isOver).toBe(false);
    memory.write(END, true);
    await clock.advance(SHOWN_WITHIN_MS);
    expect(watched.isOver).toBe(true);
    expect(watched.now().events).toEqual([
      { id: 1, event: 'run.queued', data: {} },
      { id: 2, event: 'text.delta', data: { text: 'a\n\n: b\u2028' } },
      { id: 3, event: 'text.delta', data: { text: 'b' } },
      { id: 4, event: 'run.succeeded', data: { output: 'ab' } },
    ]);
    expect(clock.pending).toBe(0);
  });

  it('has a head at once, although nothing has happened', async () => {
    const { open, memory, watch } = setUp();
    expect(await open()).toMatchObject({ statusCode: 200, headers: { 'content-type': 'text/event-stream' } });
    expect((await watch()).now()).toEqual({ events: [], comments: ['events'] });
    expect(memory.reads).toBeGreaterThan(0);
  });

  it.each([
    [1, [2, 3, 4]],
    [2, [3, 4]],
    [3, [4]],
  ])('goes on after the event %i, also inside an entry', async (id, rest) => {
    const { memory, watch } = setUp();
    memory.write([delta('a'), delta('b'), delta('c')]);
    memory.write(END, true);
    const watched = await watch(after(id));
    expect(watched.now().events.map((event) => event.id)).toEqual(rest);
    expect(watched.isOver).toBe(true);
  });

  it('is over at once after the last event', async () => {
    const { clock, memory, watch } = setUp();
    memory.write(END, true);
    const watched = await watch(after(1));
    expect(watched.now()).toEqual({ events: [], comments: [expect.stringContaining('the run has ended')] });
    expect([watched.isOver, clock.pending]).toEqual([true, 0]);
  });

  it.each([
    ['after', 2],
    ['Last-Event-ID', 9_999_999_999],
  ] as const)('is a refusal where %s names an event that is not there yet', async (field, id) => {
    const { memory, open } = setUp();
    const refusal = (bound: number) => ({
      code: 'invalid-request',
      issues: [{ path: field, message: `must be at most ${bound}, the id of the newest event` }],
    });
    await expect(open(after(id, field))).rejects.toMatchObject(refusal(0));
    memory.write([delta('a')]);
    await expect(open(after(id, field))).rejects.toMatchObject(refusal(1));
  });

  it('is a refusal with a status while the store fails at the beginning', async () => {
    const { memory, open } = setUp();
    memory.meet(async () => Promise.reject(down));
    await expect(open(after(1))).rejects.toBe(down);
  });
});

describe('a run without a log', () => {
  const sync = (over: Partial<RunRow>) => runRow({ mode: 'sync', ...over });
  const usage = { modelCalls: 1 };
  const problem = { code: 'upstream-error', status: 502, runId: 'run_1', usage };
  it.each<[string, RunRow, object[]]>([
    [
      'that answered is shown with its text and its answer',
      sync({ status: 'succeeded', body: { runId: 'run_1', output: 'Kiel.', usage, metadata: { a: 'b' } } }),
      [delta('Kiel.'), { event: 'run.succeeded', data: { runId: 'run_1', output: 'Kiel.', usage } }],
    ],
    [
      'that had nothing to say has no text',
      sync({ status: 'incomplete', body: { output: '', metadata: {} } }),
      [{ event: 'run.succeeded', data: { output: '' } }],
    ],
    [
      'that failed is shown with its problem',
      sync({ status: 'failed', body: { error: problem, usage, metadata: {} } }),
      [{ event: 'run.failed', data: problem }],
    ],
    [
      'that was cancelled is shown as such',
      sync({ status: 'cancelled', body: { error: problem, usage, metadata: {} } }),
      [{ event: 'run.cancelled', data: { runId: 'run_1', usage } }],
    ],
  ])('%s, without a read', async (_title, of, rest) => {
    const { memory, watch } = setUp();
    const all = [{ event: 'run.started', data: { runId: 'run_1' } }, ...rest].map((event, at) => ({
      id: at + 1,
      ...event,
    }));
    for (const [first] of all.entries())
      expect((await watch(after(first), LIMIT_MS, of)).now().events).toEqual(all.slice(first));
    expect((await watch(after(all.length), LIMIT_MS, of)).now().events).toEqual([]);
    await expect(watch(after(all.length + 1), LIMIT_MS, of)).rejects.toMatchObject({ code: 'invalid-request' });
    expect(memory.reads).toBe(0);
  });
});

describe('how soon, and at what cost', () => {
  it('an event is shown within a second, whenever it comes, and a quiet minute costs 70 reads at most', async () => {
    const { clock, memory, watch } = setUp();
    const watched = await watch();
    for (let at = 1; at <= 40; at += 1) {
      const before = memory.reads;
      await clock.advance(60_000 + at * 37);
      expect(memory.reads - before).toBeLessThanOrEqual(70);
      memory.write([delta(`${at}`)]);
      await clock.advance(SHOWN_WITHIN_MS - 1);
      expect(watched.now().events).toHaveLength(at);
      if (clock.monotonicMs() > 700_000) break;
    }
  });

  it('a long log costs two reads', async () => {
    const { clock, memory, watch } = setUp();
    for (let at = 0; at < 500; at += 1) memory.write([delta('a')]);
    const watched = await watch();
    while (watched.now().events.length < 500) await clock.advance(1);
    expect(memory.reads).toBeLessThanOrEqual(2);
  });

  it('events that come each 500 ms are shown within that time, by four reads a second at most', async () => {
    const { clock, memory, watch } = setUp();
    const watched = await watch();
    const before = memory.reads;
    for (let at = 1; at <= 120; at += 1) {
      memory.write([delta(`${at}`)]);
      await clock.advance(500);
      expect(watched.now().events).toHaveLength(at);
    }
    expect(memory.reads - before).toBeLessThanOrEqual(4 * 60);
  });
});

describe('many watchers of a run in one process', () => {
  it('share a read that is under way: the log is read once at a time, not once by each', async () => {
    const { clock, memory, watch } = setUp();
    const READ_MS = 50;
    memory.meet(() => new Promise((resolve) => void clock.after(READ_MS, resolve)));
    const watched: Awaited<ReturnType<typeof watch>>[] = [];
    for (let at = 0; at < 100; at += 1) {
      watched.push(await watch());
      await clock.advance(11);
    }
    await clock.advance(1_000);
    const before = memory.reads;
    await clock.advance(60_000);
    expect(memory.reads - before).toBeLessThanOrEqual(60_000 / READ_MS);
    memory.write([delta('a')]);
    memory.write(END, true);
    await clock.advance(SHOWN_WITHIN_MS);
    for (const { now, isOver } of watched) expect([isOver, now().events.length]).toEqual([true, 2]);
    expect(clock.pending).toBe(0);
  });

  it('get all of what is more than a shared read gives, in its order', async () => {
    const { clock, memory, watch } = setUp();
    const watched = [await watch(), await watch()];
    await clock.advance(5_000);
    for (let at = 0; at < 40; at += 1) memory.write([delta(`${at}`)]);
    memory.write(END, true);
    await clock.advance(SHOWN_WITHIN_MS);
    const ids = Array.from({ length: 41 }, (_, at) => at + 1);
    for (const { now, isOver } of watched) expect([isOver, now().events.map(({ id }) => id)]).toEqual([true, ids]);
  });

  it('leave a read that is under way to the others', async () => {
    const { clock, memory, watch } = setUp();
    const watched = [await watch(), await watch()];
    await clock.advance(5_000);
    const read = Promise.withResolvers<void>();
    memory.meet(() => read.promise);
    await clock.advance(SHOWN_WITHIN_MS);
    watched[0]?.body.destroy();
    await clock.advance(0);
    memory.meet(null);
    memory.write(END, true);
    read.resolve();
    await clock.advance(0);
    expect(watched.map(({ isOver, now }) => [isOver, now().events.length])).toEqual([
      [true, 0],
      [true, 1],
    ]);
    expect(clock.pending).toBe(0);
  });
});

describe('a quiet stream', () => {
  it('has a comment without an id at least each 15 s', async () => {
    const { clock, watch } = setUp();
    const watched = await watch();
    for (let heard = watched.text.length; clock.monotonicMs() < 600_000; heard = watched.text.length) {
      await clock.advance(SILENT_AT_MOST_MS);
      expect(watched.text.length).toBeGreaterThan(heard);
    }
    expect(watched.now().events).toEqual([]);
    expect(watched.text).not.toContain('id:');
  });

  it('has them also while the store does not answer at all, and ends at its limit', async () => {
    const { clock, memory, watch } = setUp();
    memory.meet(() => new Promise(() => undefined));
    const watched = await watch(after(0), 60_000);
    for (let at = 0; at < 3; at += 1) {
      const heard = watched.text.length;
      await clock.advance(SILENT_AT_MOST_MS);
      expect(watched.text.length).toBeGreaterThan(heard);
    }
    await clock.advance(SILENT_AT_MOST_MS);
    expect([watched.isOver, clock.pending]).toEqual([true, 0]);
    expect(watched.now().comments.at(-1)).toContain('come back');
  });
});

describe('the end of a stream before the end of its run', () => {
  it('comes at the limit, with a comment that says so, and leaves nothing under way', async () => {
    const { clock, memory, watch } = setUp();
    memory.write([delta('a')]);
    const watched = await watch();
    await clock.advance(LIMIT_MS - 1);
    expect(watched.isOver).toBe(false);
    await clock.advance(1);
    expect([watched.isOver, clock.pending]).toEqual([true, 0]);
    expect(watched.now().comments.at(-1)).toContain('closed by the server before the end: come back');
    const { reads } = memory;
    await clock.advance(60_000);
    expect(memory.reads).toBe(reads);
  });

  it.each([
    ['the platform says that its client has left', true],
    ['its body is given up', false],
  ])('comes at once when %s, and nothing is read any more', async (_title, byPlatform) => {
    const { clock, memory, leave, watch } = setUp();
    const watched = await watch();
    await clock.advance(5_000);
    if (byPlatform) leave.abort();
    else watched.body.destroy();
    const { reads } = memory;
    await clock.advance(0);
    expect([watched.isOver, clock.pending]).toEqual([true, 0]);
    await clock.advance(60_000);
    expect(memory.reads).toBe(reads);
  });

  it('comes for a client that has left before its stream began', async () => {
    const { clock, memory, leave, watch } = setUp();
    leave.abort();
    const watched = await watch();
    expect([watched.isOver, clock.pending]).toEqual([true, 0]);
    expect(memory.reads).toBeLessThanOrEqual(1);
  });
});

describe('a store that fails in the middle', () => {
  it('is asked again quietly, and nothing is missing or doubled afterwards', async () => {
    const { clock, memory, emitted, watch } = setUp();
    memory.write([delta('a')]);
    const watched = await watch();
    memory.meet(async () => Promise.reject(down));
    memory.write([delta('b')]);
    for (let at = 0; at < 20; at += 1) await clock.advance(SILENT_AT_MOST_MS);
    expect(watched.now().events.map(({ id }) => id)).toEqual([1]);
    expect(watched.now().comments.length).toBeGreaterThan(20);
    expect(emitted).toEqual([{ type: 'store.failed', operation: 'events.read', error: expect.anything() as unknown }]);
    memory.meet(null);
    await clock.advance(SHOWN_WITHIN_MS);
    memory.meet(async () => Promise.reject(down));
    await clock.advance(SHOWN_WITHIN_MS);
    expect(emitted).toHaveLength(2);
    memory.meet(null);
    memory.write(END, true);
    await clock.advance(SHOWN_WITHIN_MS);
    expect(watched.now().events.map(({ id }) => id)).toEqual([1, 2, 3]);
    expect(watched.isOver).toBe(true);
  });

  it('ends the stream at its limit with a comment', async () => {
    const { clock, memory, watch } = setUp();
    memory.meet(async () => Promise.reject(down));
    const watched = await watch(after(0), 30_000);
    await clock.advance(30_000);
    expect([watched.isOver, clock.pending]).toEqual([true, 0]);
    expect(watched.now().comments.at(-1)).toContain('come back');
  });
});

describe('a client that reads slowly', () => {
  const PIECE = 'x'.repeat(10_000);

  it('has little in memory, is not read for, and misses nothing', async () => {
    const { clock, memory, open } = setUp();
    for (let at = 0; at < 1_000; at += 1) memory.write([delta(PIECE)]);
    const { body } = await open();
    const reading = body[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>;
    let text = String((await reading.next()).value);
    let most = 0;
    for (let at = 0; at < 60; at += 1) {
      await clock.advance(1_000);
      most = Math.max(most, body.readableLength);
    }
    expect(most).toBeLessThan(100_000);
    expect(memory.reads).toBe(1);
    memory.write(END, true);
    for (let read = reading.next(); ; read = reading.next()) {
      await clock.advance(SHOWN_WITHIN_MS);
      const piece = await read;
      if (piece.done === true) break;
      text += piece.value.toString();
    }
    expect(parseEvents(text).events.map(({ id }) => id)).toEqual(Array.from({ length: 1_001 }, (_, at) => at + 1));
  });

  it('is not read far ahead for either where it falls behind later', async () => {
    const { clock, memory, open } = setUp();
    const { body } = await open();
    body.read(0);
    await clock.advance(5_000);
    for (let at = 0; at < 1_000; at += 1) memory.write([delta(PIECE)]);
    await clock.advance(60_000);
    expect(memory.taken).toBeLessThan(40);
    expect(body.readableLength).toBeLessThan(100_000);
  });

  it('gets the comment that says so, however late, where its time is over', async () => {
    const { clock, memory, open } = setUp();
    for (let at = 0; at < 100; at += 1) memory.write([delta(PIECE)]);
    const { body } = await open(after(0), 5_000);
    body.read(0);
    await clock.advance(60_000);
    const received = receive(body);
    await once(body, 'close');
    const { events, comments } = parseEvents(received.text);
    expect(comments.at(-1)).toContain('come back');
    expect(events.map(({ id }) => id)).toEqual(events.map((_, at) => at + 1));
    expect(events.length).toBeLessThan(100);
  });

  it('leaves nothing under way where it goes while nothing is read', async () => {
    const { clock, memory, open } = setUp();
    for (let at = 0; at < 100; at += 1) memory.write([delta(PIECE)]);
    const { body } = await open();
    body.read(0);
    await clock.advance(1_000);
    body.destroy();
    await clock.advance(0);
    expect(clock.pending).toBe(0);
  });
});
