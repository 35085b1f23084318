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

/** Microseconds of the processor for each of so many rounds. */
const cpuOf = (rounds: number, act: () => void): number => {
  const before = process.cpuUsage();
  for (let round = 0; round < rounds; round += 1) act();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / rounds;
};

/**
 * To read an event and write it anew takes one to two microseconds, so that the 5 ms that a first piece may be delayed are some
 * 3,000 times that. What stands in its way, made anew for each stream, was measured at 110 to 145 times.
 */
const MOST_TIMES = 1_500;

const reading = (data: string, times: number): void => {
  for (let time = 0; time < times; time += 1)
    if (JSON.stringify(JSON.parse(data)) === '') throw new Error('Nothing is empty.');
};

/** What a first piece takes of the processor, as a multiple of reading it. `more`: so many readings are added to it. */
const timesReading = async (classes: typeof DEFAULT_CLASSES, rounds: number, more = 0): Promise<number> => {
  const guard = await openGuard({ classes, isShadow: false });
  const events = FIRST.map((piece) => text(piece));
  const base = () => {
    for (const { data } of events) reading(data, 10);
  };
  const first = () => {
    for (const event of events) {
      reading(event.data, more);
      sinking(guard).send(start({ type: 'text', text: '' }), event);
    }
  };
  for (const warm of [base, first]) cpuOf(rounds, warm);
  return cpuOf(rounds, first) / (cpuOf(100, base) / 10);
};

it.each([[DEFAULT_CLASSES], [REDACTION_CLASSES]])(
  'a first piece takes a small part of 5 ms of the processor, by what reading it takes: %s',
  async (classes) => {
    expect(await timesReading(classes, 100)).toBeLessThan(MOST_TIMES);
  },
);

it('what would delay each first piece by some 5 ms is found', async () => {
  expect(await timesReading(DEFAULT_CLASSES, 3, 2 * MOST_TIMES)).toBeGreaterThan(MOST_TIMES);
});
