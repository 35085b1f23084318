import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { createWatchRun } from '../../lib/durable-run/watch-run.ts';
import { StaleWorker } from '../../lib/durable-run/worker/events/entry-writer.ts';
import { openEventWriter } from '../../lib/durable-run/worker/events/event-writer.ts';
import { sleep } from '../../lib/kernel/clock.ts';
import { createFakeClock } from '../fake-clock.ts';
import { seededRandom } from '../seeded-random.ts';
import { size } from '../sizes.ts';
import { createMemoryLog, shownText } from './fake-log.ts';
import { runRow } from './run-row.ts';
import { parseEvents, type SentEvent } from './sent.ts';

const RUNS = size(200, 1_000);
const WATCHERS = 2;
/** The contract's bound, for the first event after coming back and for all others. */
const SHOWN_WITHIN_MS = 1_000;
/** A tool takes so long at most. */
const QUIET_MS = 6_000;
const FOREVER = new AbortController().signal;

const never = (): Promise<never> => new Promise(() => undefined);

/** A run whose workers are killed, or taken for dead while they go on, and what its log and its journal come to. */
const createRun = (seed: number) => {
  const random = seededRandom(seed);
  const clock = createFakeClock();
  const { log, entries, events } = createMemoryLog();
  const shownAt: number[] = [];
  const stamped: typeof log = {
    ...log,
    async append(run, entry, options) {
      await sleep(clock, random() * 40, FOREVER);
      const appended = await log.append(run, entry, options);
      if (appended.written) for (const _ of entry.events) shownAt.push(clock.monotonicMs());
      return appended;
    },
  };
  const calls = 1 + Math.floor(random() * 4);
  const count = { killed: 0, overtaken: 0 };
  const journal = new Map<string, string>();
  let token = 0;
  let output: string | null = null;

  /** One invocation: it replays what the journal holds, and goes on. */
  const work = async (lives: number, onLost: () => void): Promise<void> => {
    const mine = (token += 1);
    const writer = await openEventWriter({ log: stamped, clock, emit: () => undefined }, runRow(), () => undefined);
    const isKilled = random() < 0.6;
    let left = lives;
    const live = async (): Promise<void> => {
      await sleep(clock, random() * 300, FOREVER);
      if ((left -= 1) !== 0) return;
      count[isKilled ? 'killed' : 'overtaken'] += 1;
      onLost();
      if (!isKilled) return;
      writer.stop();
      await never();
    };
    /** A step's result is kept of the newest invocation alone; any other ends there. */
    const step = async (name: string, act: () => Promise<string>): Promise<string> => {
      const kept = journal.get(name);
      if (kept !== undefined) return kept;
      await writer.flush();
      const result = await act();
      await live();
      if (mine !== token) return never();
      journal.set(name, result);
      return result;
    };
    const { stream } = writer;
    let text = '';
    try {
      for (let call = 1; call <= calls; call += 1) {
        stream.modelStarted('claude-sonnet-5-5');
        text = await step(`model-${call}`, async () => {
          let said = '';
          // Another try of the same call may say something else, or the same.
          const words = [`Call ${call}`, random() < 0.5 ? ' says' : ' tells', ' 🌍\n', ` the ${call}th.`];
          for (const word of words) {
            stream.text(word);
            said += word;
            await live();
          }
          return said;
        });
        stream.textIs(text);
        if (call === calls) break;
        stream.toolStarted(`use-${call}`, 'look');
        await step(`tool-${call}`, async () => {
          await live();
          await sleep(clock, random() * QUIET_MS, FOREVER);
          return '';
        });
        stream.toolFinished(`use-${call}`, 'look', false, 1);
      }
      await writer.end('run.succeeded', { output: text });
      output = text;
    } catch (error) {
      if (!(error instanceof StaleWorker)) throw error;
      writer.stop();
      // The service sees that the invocation has ended; that of an older one it does not know any more.
      if (mine !== token) await never();
    }
  };

  return {
    random,
    clock,
    log,
    entries,
    events,
    shownAt,
    calls,
    count,
    get output() {
      return output;
    },
    async toItsEnd(): Promise<void> {
      for (let tries = 1; output === null; tries += 1) {
        const lost = Promise.withResolvers<void>();
        const lives = tries > 8 ? Infinity : 1 + Math.floor(random() * 12);
        await Promise.race([work(lives, lost.resolve), lost.promise]);
        if (output === null) await sleep(clock, random() * 200, FOREVER);
      }
    },
  };
};

type TestRun = ReturnType<typeof createRun>;

/** Watches on a line that its client or its server cuts, also in the middle of an event, until it has the last one. */
const watchRun = async ({ clock, log, shownAt }: TestRun, random: () => number) => {
  const emit = () => undefined;
  let watch = createWatchRun({ log, clock, emit });
  const seen: SentEvent[] = [];
  let cuts = 0;
  let latestMs = 0;
  while (seen.at(-1)?.event !== 'run.succeeded') {
    await sleep(clock, random() * 700, FOREVER);
    const openedAt = clock.monotonicMs();
    const [isTorn, isLimited] = [random() < 0.3, random() < 0.3];
    const { body } = await watch(runRow(), {
      start: { after: seen.length, field: 'Last-Event-ID' },
      limitMs: isLimited ? 1 + random() * 3_000 : 840_000,
    });
    const stream = body as Readable;
    let text = '';
    stream.on('data', (piece: Buffer) => {
      const isCut = isTorn && random() < 0.3;
      text += piece.toString().slice(0, isCut ? Math.floor(random() * piece.length) : undefined);
      const end = text.lastIndexOf('\n\n') + 2;
      const { events } = parseEvents(text.slice(0, Math.max(0, end)));
      text = text.slice(Math.max(0, end));
      for (const event of events) {
        seen.push(event);
        latestMs = Math.max(latestMs, clock.monotonicMs() - Math.max(openedAt, shownAt[event.id - 1] ?? Infinity));
      }
      if (isCut) stream.destroy();
    });
    const keep = clock.after(random() * 6_000, () => stream.destroy());
    await once(stream, 'close');
    keep();
    cuts += 1;
    // Its server was killed: the next one has nothing of what that one knew.
    if (random() < 0.5) watch = createWatchRun({ log, clock, emit });
  }
  return { seen, cuts, latestMs };
};

it(`${RUNS} runs that lose their workers are seen whole and once by all who watch them on bad lines, within a second`, async () => {
  const totals = { cuts: 0, killed: 0, overtaken: 0 };
  for (let seed = 1; seed <= RUNS; seed += 1) {
    const run = createRun(seed);
    let isOver = false;
    const all = Promise.all([
      run.toItsEnd(),
      ...Array.from({ length: WATCHERS }, (_, at) => watchRun(run, seededRandom(seed * 1_000 + at))),
    ]).finally(() => (isOver = true));
    while (!isOver && run.clock.monotonicMs() < 600_000) await run.clock.advance(100);
    expect([seed, isOver]).toEqual([seed, true]);
    const [, ...watched] = await all;

    const told = run.events();
    expect(told.map(({ id }) => id)).toEqual(told.map((_, at) => at + 1));
    for (const { seen, latestMs, cuts } of watched) {
      expect([seed, seen]).toEqual([seed, told]);
      expect(latestMs).toBeLessThanOrEqual(SHOWN_WITHIN_MS);
      totals.cuts += cuts;
    }
    expect(shownText(told)).toBe(run.output);
    expect(told.at(-1)).toMatchObject({ event: 'run.succeeded', data: { output: run.output } });
    // Whoever was overtaken has written nothing after the first entry of who overtook it.
    const writers = run.entries.map(({ writer }) => writer);
    expect(writers).toEqual(writers.toSorted((a, b) => a - b));
    const times = (name: string) => told.filter(({ event }) => event === name).length;
    expect([times('run.started'), times('model.started'), times('run.succeeded')]).toEqual([1, run.calls, 1]);
    expect([times('tool.started'), times('tool.finished')]).toEqual([run.calls - 1, run.calls - 1]);
    totals.killed += run.count.killed;
    totals.overtaken += run.count.overtaken;
  }
  console.info(`${RUNS} runs: ${JSON.stringify(totals)}`);
  for (const total of Object.values(totals)) expect(total).toBeGreaterThan(RUNS / 2);
});
