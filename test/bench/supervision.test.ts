import { beforeAll, describe, expect, it } from 'vitest';
import type { Section } from '../../bench/section.ts';
import { supervision } from '../../bench/supervision.ts';
import { BURSTS, SEQUENCES } from '../../bench/supervision-count-sockets.ts';
import { sockets } from '../../bench/supervision-sockets.ts';
import { supervisionTime } from '../../bench/supervision-time.ts';
import { startStreamUpstream } from '../../bench/supervision-upstream.ts';
import { WAYS } from '../../bench/supervision-ways.ts';

describe('a hundred model calls with two keys in turns', () => {
  let table: Section;
  beforeAll(async () => {
    table = await sockets();
  });
  /** Connections as its rows tell them, in the order of what may become of the calls. */
  const rowOf = (at: number) => table.rows[at]?.slice(1).map(Number) ?? [];

  it.each([...SEQUENCES].map(([what, needs], at) => ({ what, ...needs, at })))(
    'one after the other use one connection, and lose it only where it breaks: every tenth $what',
    ({ at, least, most }) => {
      const [opened] = rowOf(at);
      expect(opened).toBeGreaterThanOrEqual(least);
      expect(opened).toBeLessThanOrEqual(most);
    },
  );

  it.each([...BURSTS].map(([what, needs], at) => ({ what, ...needs, at: SEQUENCES.size + at })))(
    'at once give back to the next hundred what did not break: $what',
    ({ at, least, most }) => {
      const [, again] = rowOf(at);
      expect(again).toBeGreaterThanOrEqual(least);
      expect(again).toBeLessThanOrEqual(most);
    },
  );

  it('are told in a table', () => {
    const { columns, rows } = table;
    expect(rows.map(([name]) => name)).toEqual([
      ...[...SEQUENCES.keys()].map((what) => expect.stringContaining(what) as string),
      ...[...BURSTS.keys()].map((what) => expect.stringContaining(what) as string),
    ]);
    expect(rows.every((row) => row.length === columns.length)).toBe(true);
  });
});

describe('what supervision costs', () => {
  const SMALL = { rounds: 1, share: 0.05 };

  it('is told for every way to read a stream, as ratios to the bare one', async () => {
    await using upstream = await startStreamUpstream();
    const { columns, rows } = await supervision(upstream, SMALL);
    expect(rows).toHaveLength(2 * WAYS.size);
    expect(rows.every((row) => row.length === columns.length)).toBe(true);
    for (const row of [rows[0], rows[WAYS.size]])
      expect([row?.[5], row?.[7], row?.[9]]).toEqual(['1.00', '1.00', '1.00']);
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
