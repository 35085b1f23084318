import { expect, it } from 'vitest';
import { createPaint } from '../../../lib/telemetry/terminal/paint.ts';
import { table } from '../../../local/cli/table.ts';

const paint = createPaint(false);
const ROWS = [
  ['a-very-long-name-of-something', 'short', 12],
  ['b', null, 1_000],
] as const;

it('aligns names to the left and figures to the right, and shows nothing as a dash', () => {
  expect(table(['name', 'is', 'count'], ROWS, { columns: null, paint })).toBe(
    [
      'name                           is     count',
      'a-very-long-name-of-something  short     12',
      'b                              -       1000',
      '',
    ].join('\n'),
  );
});

it.each([120, 40, 30, 24])('fits a terminal of %i columns by cutting the widest column', (columns) => {
  const lines = table(['name', 'is', 'count'], ROWS, { columns, paint }).trimEnd().split('\n');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
  expect(lines[2]).toMatch(/1000$/);
});

it('lets nothing through that a terminal would act on', () => {
  expect(table(['name'], [['\u001b[31mred\nnext']], { columns: null, paint })).toBe('name\n\ufffd[31mred next\n');
});
