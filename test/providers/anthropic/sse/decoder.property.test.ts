import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeEvents } from '../../../../lib/providers/anthropic/sse/decoder.ts';
import { referenceEvents } from '../../../model-call/reference-events.ts';

const RUNS = { seed: 6, numRuns: 1_500 };

const lineEnd = fc.constantFrom('\n', '\r', '\r\n');
const value = fc.oneof(
  fc.constantFrom('', ' ', '  two', ':', 'a:b', '\uFEFF', '\u0000', '{"type":"ping"}', '船 🚢', 'event: data'),
  fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[\r\n]/g, '')),
);
const line = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom('data', 'event'), fc.constantFrom(':', ': '), value) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom('', 'id', 'retry', 'datum', 'dat', ' data'), fc.constant(':'), value),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom('data', 'event', 'eventful', 'x'), fc.constant(''), fc.constant('')),
  },
);
const piece = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(line, lineEnd).map(([parts, end]) => Buffer.from(parts.join('') + end)) },
  { weight: 4, arbitrary: lineEnd.map((end) => Buffer.from(end)) },
  // Sequences of UTF-8 that are cut short, too long, or of no meaning.
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes)) },
);
const stream = fc
  .tuple(fc.constantFrom('', '\uFEFF', '\uFEFF\uFEFF'), fc.array(piece, { maxLength: 30, size: 'max' }))
  .map(([bom, pieces]) => Buffer.concat([Buffer.from(bom), ...pieces]));

const cutsOf = (bytes: Buffer, sizes: readonly number[]): Buffer[] => {
  const chunks: Buffer[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? bytes.length;
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
};
const cutting = fc.oneof(
  fc.constant([1]),
  // An empty chunk says nothing; the last size makes sure that there is an end.
  fc.tuple(fc.array(fc.nat({ max: 9 })), fc.integer({ min: 1, max: 40 })).map(([sizes, last]) => [...sizes, last]),
);

const split = async (chunks: readonly Uint8Array[]) => {
  const source = async function* () {
    yield* chunks;
  };
  return Array.fromAsync(decodeEvents(source()));
};

it('whatever the chunks, the events are those of the specification', async () => {
  let several = 0;
  await fc.assert(
    fc.asyncProperty(stream, cutting, async (bytes, sizes) => {
      const events = await split(cutsOf(bytes, sizes));
      expect(events.map(({ event, data }) => ({ event, data }))).toEqual(referenceEvents(bytes));
      if (events.length > 1) several += 1;
    }),
    RUNS,
  );
  expect(several).toBeGreaterThan(RUNS.numRuns / 4);
});

it('whatever the chunks, each event has the same bytes, and all of them are what came', async () => {
  await fc.assert(
    fc.asyncProperty(stream, cutting, async (bytes, sizes) => {
      const whole = await split([bytes]);
      const events = await split(cutsOf(bytes, sizes));
      expect(events.map((event) => Buffer.from(event.bytes).toString('hex'))).toEqual(
        whole.map((event) => Buffer.from(event.bytes).toString('hex')),
      );
      const passed = Buffer.concat(events.map((event) => event.bytes));
      expect(passed.equals(bytes.subarray(0, passed.length))).toBe(true);
      // Nothing of a whole event is left behind.
      expect(referenceEvents(bytes.subarray(passed.length))).toEqual([]);
    }),
    RUNS,
  );
});
