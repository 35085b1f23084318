import { expect, it } from 'vitest';
import { StaleWorker } from '../../lib/durable-run/worker/events/entry-writer.ts';
import { type EventWriter, openEventWriter } from '../../lib/durable-run/worker/events/event-writer.ts';
import { createFakeClock } from '../fake-clock.ts';
import { seededRandom } from '../seeded-random.ts';
import { createMemoryLog, shownText } from './fake-log.ts';

const RUN = { tenantId: 'acme', runId: 'run_1' };

/** What a run says, call by call: in pieces, with a retry where `lost` was said before, and the tools it then uses. */
const CALLS = [
  { lost: [], said: ['Let me ', 'look.'], goesOn: false, tools: ['a', 'b'] },
  { lost: ['It is 4', '0'], said: ['It is ', '42'], goesOn: false, tools: [] },
  { lost: [], said: [', I th', 'ink.'], goesOn: true, tools: ['c'] },
  { lost: [], said: [], goesOn: false, tools: ['d'] },
  { lost: ['Hm'], said: ['The answer is 42.', ' Really.'], goesOn: false, tools: [] },
] as const;
const OUTPUT = 'The answer is 42. Really.';

interface Journal {
  readonly done: Set<string>;
}

/** A worker that is killed after so many things it did; what its journal holds is replayed. */
const work = async (
  writer: EventWriter,
  { done }: Journal,
  mayGoOn: () => boolean,
  isWritten: () => boolean,
): Promise<boolean> => {
  const live = (name: string): boolean => !done.has(name);
  let text = '';
  for (const [at, { lost, said, goesOn, tools }] of CALLS.entries()) {
    writer.stream.modelStarted('claude-sonnet-5-5', goesOn);
    if (live(`model-${at}`)) {
      for (const delta of lost) {
        writer.stream.text(delta);
        if (!mayGoOn()) return false;
      }
      if (lost.length > 0) writer.stream.reset();
      for (const delta of said) {
        writer.stream.text(delta);
        if (isWritten()) await writer.flush();
        if (!mayGoOn()) return false;
      }
      done.add(`model-${at}`);
    }
    if (!mayGoOn()) return false;
    const more = said.join('');
    text = goesOn ? text + more : more || text;
    writer.stream.textIs(text);
    for (const tool of tools) {
      writer.stream.toolStarted(tool, 'look');
      if (live(tool)) {
        await writer.flush();
        if (!mayGoOn()) return false;
        done.add(tool);
      }
      writer.stream.toolFinished(tool, 'look', false, 1);
    }
  }
  await writer.end('run.succeeded', { output: text });
  return true;
};

it('a run that is killed anywhere, again and again, tells everything once, and its text adds up', async () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const random = seededRandom(seed);
    const { log, entries, events } = createMemoryLog();
    const journal: Journal = { done: new Set() };
    for (let isOver = false, tries = 0; !isOver; tries += 1) {
      const clock = createFakeClock();
      const writer = await openEventWriter({ log, clock, emit: () => undefined }, RUN, () => undefined);
      let left = tries > 20 ? Infinity : Math.floor(random() * 9);
      isOver = await work(
        writer,
        journal,
        () => (left -= 1) >= 0,
        () => random() < 0.5,
      );
      writer.stop();
    }
    const told = events();
    expect(told.map(({ id }) => id)).toEqual(told.map((_, at) => at + 1));
    expect(shownText(told)).toBe(OUTPUT);
    const count = (name: string) => told.filter(({ event }) => event === name).length;
    expect([count('run.queued'), count('run.started'), count('run.succeeded')]).toEqual([1, 1, 1]);
    expect(count('model.started')).toBe(CALLS.length);
    expect([count('tool.started'), count('tool.finished')]).toEqual([4, 4]);
    expect(entries.filter(({ last }) => last)).toHaveLength(1);
    expect(told.at(-1)?.event).toBe('run.succeeded');
  }
});

it('a worker that meets another one’s entry writes nothing more', async () => {
  const { log, entries } = createMemoryLog();
  const clock = createFakeClock();
  let stale = 0;
  const open = () => openEventWriter({ log, clock, emit: () => undefined }, RUN, () => (stale += 1));
  const first = await open();
  first.stream.modelStarted('claude-sonnet-5-5');
  await first.flush();
  const second = await open();
  second.once('x', 'message.received', { messageId: 'x' });
  await second.flush();
  first.stream.text('late');
  await expect(first.flush()).rejects.toThrow(StaleWorker);
  first.stream.text('later');
  await expect(first.flush()).rejects.toThrow(StaleWorker);
  expect(stale).toBe(1);
  expect(entries).toHaveLength(2);
  second.stream.modelStarted('claude-sonnet-5-5');
  await second.end('run.succeeded', {});
  expect(entries.at(-1)).toMatchObject({ last: true, writer: 4 });
});

it('ends what a call has said before the next one says its first word, and not earlier', async () => {
  const { log, events } = createMemoryLog();
  const writer = await openEventWriter({ log, clock: createFakeClock(), emit: () => undefined }, RUN, () => undefined);
  writer.stream.modelStarted('claude-sonnet-5-5');
  writer.stream.text('Let me look.');
  writer.stream.textIs('Let me look.');
  writer.stream.modelStarted('claude-sonnet-5-5');
  await writer.flush();
  expect(shownText(events())).toBe('Let me look.');
  writer.stream.text('It is 42.');
  await writer.flush();
  expect(shownText(events())).toBe('It is 42.');
});

it('gathers what is said within half a second into one write', async () => {
  const { log, entries } = createMemoryLog();
  const clock = createFakeClock();
  const writer = await openEventWriter({ log, clock, emit: () => undefined }, RUN, () => undefined);
  writer.stream.modelStarted('claude-sonnet-5-5');
  for (let at = 0; at < 50; at += 1) writer.stream.text(`${String(at)} `);
  expect(entries).toHaveLength(0);
  await clock.advance(500);
  expect(entries).toHaveLength(1);
  expect(entries[0]?.events.map(({ event }) => event)).toEqual([
    'run.queued',
    'run.started',
    'model.started',
    'text.delta',
  ]);
});
