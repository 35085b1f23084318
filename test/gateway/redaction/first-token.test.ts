import { expect, it } from 'vitest';
import { DEFAULT_CLASSES, REDACTION_CLASSES } from '../../../lib/redaction/classes.ts';
import { openGuard } from '../../../lib/redaction/output-guard.ts';
import { sinking, start, text } from './sinking.ts';

/** How answers begin, as models cut them into tokens. */
const FIRST = [
  'Hello',
  'The',
  'I',
  'Sure',
  'Here',
  'To',
  'Yes',
  '#',
  '**',
  '- ',
  '1',
  '```',
  '{"',
  'Let me',
  'Das',
  '你好',
];

const heldBack = async (classes: typeof DEFAULT_CLASSES) => {
  const guard = await openGuard({ classes, isShadow: false });
  return FIRST.filter((piece) => {
    const { send, all } = sinking(guard);
    send(start({ type: 'text', text: '' }), text(piece));
    return all('text') !== piece;
  });
};

it('a first piece of an answer goes out with its own delta, unless it ends as a secret begins', async () => {
  const held = await heldBack(DEFAULT_CLASSES);
  expect(held).toEqual(['I', '1', 'Let me']);
  const guard = await openGuard({ classes: DEFAULT_CLASSES, isShadow: false });
  for (const piece of held) {
    const { send, all } = sinking(guard);
    send(start({ type: 'text', text: '' }), text(piece), text(' can'));
    expect(all('text')).toBe(`${piece} can`);
  }
});

it('with addresses on, a first word waits for the piece behind it, and no longer', async () => {
  expect(await heldBack(REDACTION_CLASSES)).toEqual(FIRST.filter((piece) => /\w$/.test(piece)));
  const guard = await openGuard({ classes: REDACTION_CLASSES, isShadow: false });
  const { send, all } = sinking(guard);
  send(start({ type: 'text', text: '' }), text('Hello'), text(' there'));
  expect(all('text')).toBe('Hello ');
});

/** Microseconds of the processor. */
const cpuOf = (act: () => void): number => {
  const before = process.cpuUsage();
  act();
  const { user, system } = process.cpuUsage(before);
  return user + system;
};

/**
 * To read an event and write it anew takes one to two microseconds, so that the 5 ms that a first piece may be delayed are some
 * 3,000 times that. What stands in its way, made anew for each stream, was measured at 110 to 145 times.
 */
const MOST_TIMES = 1_500;
/** How often all first pieces are read where that is timed by itself: some 20 ms. */
const READINGS = 1_000;
/** Both are timed in turns: the least of each is what it takes where nothing came between, and nothing is to be compiled any more. */
const TURNS = 15;

const reading = (data: string, times: number): void => {
  for (let time = 0; time < times; time += 1)
    if (JSON.stringify(JSON.parse(data)) === '') throw new Error('Nothing is empty.');
};

/** What a first piece takes of the processor, as a multiple of reading it. `more`: so many readings are added to it. */
const timesReading = async (classes: typeof DEFAULT_CLASSES, more = 0): Promise<number> => {
  const guard = await openGuard({ classes, isShadow: false });
  const events = FIRST.map((piece) => text(piece));
  let [ofReading, ofFirst] = [Infinity, Infinity];
  for (let turn = 0; turn < TURNS; turn += 1) {
    const read = cpuOf(() => {
      for (const { data } of events) reading(data, READINGS);
    });
    const first = cpuOf(() => {
      for (const event of events) {
        reading(event.data, more);
        sinking(guard).send(start({ type: 'text', text: '' }), event);
      }
    });
    ofReading = Math.min(ofReading, read / READINGS);
    ofFirst = Math.min(ofFirst, first);
  }
  return ofFirst / ofReading;
};

it.each([[DEFAULT_CLASSES], [REDACTION_CLASSES]])(
  'a first piece takes a small part of 5 ms of the processor, by what reading it takes: %s',
  async (classes) => {
    expect(await timesReading(classes)).toBeLessThan(MOST_TIMES);
  },
);

it('what would delay each first piece by some 5 ms is found', async () => {
  expect(await timesReading(DEFAULT_CLASSES, 2 * MOST_TIMES)).toBeGreaterThan(MOST_TIMES);
});
