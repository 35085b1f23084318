import fc from 'fast-check';
import { expect, it } from 'vitest';
import { longest, NOBODY, type Ends } from '../../lib/cool-down/ends.ts';

const NOW = 1_000;
const anyEnds: fc.Arbitrary<Ends> = fc
  .dictionary(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: NOW - 3, max: NOW + 3 }))
  .map((record) => new Map(Object.entries(record)));

it('of two reports the longer one stands, and what has ended is dropped', () => {
  const some = new Map(Object.entries({ both: NOW + 2, one: NOW + 1, ended: NOW, past: NOW - 1 }));
  const others = new Map(Object.entries({ both: NOW + 1, other: NOW + 9, ended: NOW - 1 }));
  expect(longest(some, others, NOW)).toEqual(new Map(Object.entries({ both: NOW + 2, one: NOW + 1, other: NOW + 9 })));
});

it('in whatever order and however often reports come, the same is known', () => {
  fc.assert(
    fc.property(fc.array(anyEnds, { maxLength: 5 }), fc.array(fc.nat(), { maxLength: 10 }), (reports, picks) => {
      const told = (all: readonly Ends[]) => all.reduce((known, news) => longest(known, news, NOW), NOBODY);
      const again = picks.flatMap((pick) => reports[pick % Math.max(1, reports.length)] ?? []);
      expect(told([...again, ...reports.toReversed()])).toEqual(told(reports));
    }),
    { seed: 5 },
  );
});
