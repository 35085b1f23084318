import { describe, expect, it } from 'vitest';
import { SEQUENCES, socketsAtOnce, socketsOneByOne } from '../../bench/supervision-sockets.ts';
import { supervisionTime } from '../../bench/supervision-time.ts';
import { startStreamUpstream } from '../../bench/supervision-upstream.ts';
import { WAYS } from '../../bench/supervision-ways.ts';
import { supervision } from '../../bench/supervision.ts';

describe('a hundred model calls with two keys in turns', () => {
  it.each([...SEQUENCES])(
    'one after the other need one connection, and another where every tenth %s only if that breaks it',
    async (_what, { each, costs }) => {
      expect(await socketsOneByOne(each)).toBe(costs ? 11 : 1);
    },
  );

  it('at once give all their connections back to the next hundred', async () => {
    expect(await socketsAtOnce()).toEqual({ first: 100, again: 100 });
  });
});

describe('what supervision costs', () => {
  const SMALL = { rounds: 1, share: 0.05 };

  it('is told for every way to read a stream, as ratios to the bare one', async () => {
    await using upstream = await startStreamUpstream();
    const { columns, rows } = await supervision(upstream, SMALL);
    expect(rows).toHaveLength(2 * WAYS.size);
    expect(rows.every((row) => row.length === columns.length)).toBe(true);
    for (const row of [rows[0], rows[WAYS.size]]) expect([row?.[5], row?.[7]]).toEqual(['1.00', '1.00']);
    expect(rows.flatMap((row) => row.slice(1)).every((cell) => Number.isFinite(Number(cell)))).toBe(true);
  });

  it('is told in time too, alone and among others', async () => {
    await using upstream = await startStreamUpstream();
    const { columns, rows } = await supervisionTime(upstream, SMALL);
    expect(rows.map((row) => row.length)).toEqual([...WAYS].map(() => columns.length));
    expect(rows[0]?.[2]).toBe('1.00');
    expect(rows.flatMap((row) => row.slice(1)).every((cell) => Number(cell) > 0)).toBe(true);
  });
});
