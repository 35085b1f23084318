import { expect, it } from 'vitest';
import { THRESHOLDS } from '../../lib/accounts/thresholds/budget-thresholds.ts';
import { isMore, percentOf, roughly } from '../../pages/console/money/amounts.ts';
import { reachedBy, THRESHOLDS as SHOWN } from '../../pages/console/money/thresholds.ts';
import { timesAt } from '../../pages/console/money/times.ts';

it.each([
  ['nothing is reached where there is no limit', '7', null, null],
  ['nothing is reached just below half', '0.499999999999', '1', null],
  ['half is reached by exactly half', '0.5', '1', 50],
  ['the highest one counts', '0.9', '1', 90],
  ['what is a hair below a limit has not reached it', '0.999999999999', '1', 90],
  ['a limit may be overdrawn', '1.2', '1', 100],
  ['more was given back than spent', '-0.4', '1', null],
  ['a limit of nothing has no parts', '0', '0', null],
])('of a budget: %s', (_title, spent, limit, reached) => {
  expect(reachedBy(spent, limit)).toBe(reached);
});

it('the thresholds shown are those that are notified', () => {
  expect(SHOWN).toEqual(THRESHOLDS);
});

it('amounts are compared to the last of their digits', () => {
  expect(isMore('0.000000000002', '0.000000000001')).toBe(true);
  expect(isMore('-1', '0')).toBe(false);
  expect(percentOf('1', '3')).toBe(33.33);
});

it.each([
  ['0.008164037575', '0.008164'],
  ['-1.25', '-1.25'],
  ['120', '120'],
  ['7.0000001', '7'],
])('a forecast of %s is shown as %s', (usd, shown) => {
  expect(roughly(usd)).toBe(shown);
});

it.each([
  ['2026-03-02T00:30:00Z', 'the last 7 days', '2026-02-24', '2026-03-02'],
  ['2026-01-15T12:00:00Z', 'last month', '2025-12-01', '2025-12-31'],
  ['2026-01-15T23:59:59Z', 'today', '2026-01-15', '2026-01-15'],
  ['2026-01-15T23:59:59Z', 'this month', '', ''],
])('at %s, %s is from %s to %s', (now, name, from, to) => {
  expect(timesAt(new Date(now))[name]).toEqual({ from, to });
});
