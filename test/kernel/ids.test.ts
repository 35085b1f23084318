import { describe, expect, it } from 'vitest';
import { createIds } from '../../lib/kernel/ids/ids.ts';
import { createFakeClock } from '../fake-clock.ts';

const bytes = (fill: (at: number) => number) => (length: number) => Uint8Array.from({ length }, (_, at) => fill(at));

describe('an id', () => {
  it('says what it names, and is made of 26 plain characters', () => {
    const ids = createIds(
      createFakeClock(),
      bytes((at) => at * 17),
    );
    expect(ids.run()).toMatch(/^run_[0-9a-hjkmnp-tv-z]{26}$/);
    expect(ids.request()).toMatch(/^req_[0-9a-hjkmnp-tv-z]{26}$/);
    expect(ids.trace()).toMatch(/^[0-9a-f]{32}$/);
  });

  it('sorts by its time of birth, at every magnitude, whatever its random part', () => {
    const times = [0, 1, 31, 32, 1_023, 1_024, 1_763_640_000_000, 1_763_640_000_001, 32 ** 9, 2 ** 48];
    const made = times.map((at, index) =>
      createIds(
        createFakeClock(at),
        bytes(() => (index % 2 ? 0 : 31)),
      ).run(),
    );
    expect([...made].sort()).toEqual(made);
  });

  it('differs from another of the same millisecond by all of its randomness', () => {
    const clock = createFakeClock();
    const made = Array.from({ length: 16 }, (_, place) =>
      createIds(
        clock,
        bytes((at) => (at === place ? 1 : 0)),
      ).run(),
    );
    expect(new Set(made).size).toBe(16);
  });
});
