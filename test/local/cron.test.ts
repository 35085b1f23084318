import { describe, expect, it } from 'vitest';
import { parseCron } from '../../local/cron.ts';
import { nextCron } from '../../local/next-call.ts';

const times = (cron: string, from: string, count: number, timeZone = 'UTC') => {
  const found: string[] = [];
  for (let at: number | null = Date.parse(from); found.length < count;) {
    at = nextCron(parseCron(cron), timeZone, at);
    if (at === null) return [...found, 'never'];
    found.push(new Date(at).toISOString().replace(':00.000Z', ''));
  }
  return found;
};

describe('a cron expression of EventBridge', () => {
  it.each<[what: string, cron: string, first: readonly string[]]>([
    ['a time of each day', '15 10 * * ? *', ['2026-11-21T10:15', '2026-11-22T10:15']],
    ['minutes by a step', '0/25 13 * * ? *', ['2026-11-20T13:00', '2026-11-20T13:25', '2026-11-20T13:50']],
    ['lists and ranges', '5,35 14-15 * * ? *', ['2026-11-20T14:05', '2026-11-20T14:35', '2026-11-20T15:05']],
    ['weekdays by name', '0 18 ? * MON-FRI *', ['2026-11-20T18:00', '2026-11-23T18:00']],
    ['weekdays that go round', '0 0 ? * SAT-MON *', ['2026-11-21T00:00', '2026-11-22T00:00', '2026-11-23T00:00']],
    ['weekdays by number, Sunday first', '0 9 ? * 1 *', ['2026-11-22T09:00', '2026-11-29T09:00']],
    ['the first of certain months', '0 8 1 JAN,JUL ? *', ['2027-01-01T08:00', '2027-07-01T08:00']],
    ['the last day of a month', '0 0 L * ? *', ['2026-11-30T00:00', '2026-12-31T00:00', '2027-01-31T00:00']],
    ['days before the last', '0 0 L-2 * ? *', ['2026-11-28T00:00', '2026-12-29T00:00']],
    [
      'the working day nearest to the 15th',
      '0 0 15W * ? *',
      ['2026-12-15T00:00', '2027-01-15T00:00', '2027-02-15T00:00'],
    ],
    ['the working day nearest to the first', '0 0 1W 5 ? *', ['2027-05-03T00:00', '2028-05-01T00:00']],
    ['the last working day', '0 0 LW * ? *', ['2026-11-30T00:00', '2026-12-31T00:00', '2027-01-29T00:00']],
    ['the second Tuesday', '0 0 ? * TUE#2 *', ['2026-12-08T00:00', '2027-01-12T00:00']],
    ['the last Friday', '0 0 ? * 6L *', ['2026-11-27T00:00', '2026-12-25T00:00']],
    ['the 29th of February', '0 0 29 2 ? *', ['2028-02-29T00:00', '2032-02-29T00:00']],
    ['one year, and then never', '0 0 1 1 ? 2027', ['2027-01-01T00:00', 'never']],
  ])('%s', (_what, cron, first) => {
    expect(times(cron, '2026-11-20T12:00Z', first.length)).toEqual(first);
  });

  it.each([
    [
      'keeps to the clock on the wall over a change',
      '0 9 * * ? *',
      '2027-03-27T12:00Z',
      ['2027-03-28T07:00', '2027-03-29T07:00'],
    ],
    [
      'leaves out a time that is skipped',
      '30 2 * * ? *',
      '2027-03-27T00:00Z',
      ['2027-03-27T01:30', '2027-03-29T00:30'],
    ],
    [
      'calls once at a time that comes twice',
      '30 2 * * ? *',
      '2026-10-24T12:00Z',
      ['2026-10-25T00:30', '2026-10-26T01:30'],
    ],
  ])('in a time zone %s', (_what, cron, from, first) => {
    expect(times(cron, from, 2, 'Europe/Zurich')).toEqual(first);
  });

  it.each([
    'a 0 * * ? *',
    '0 0 0 * ? *',
    '0 0 ? * FRI#6 *',
    '0 0 ? * 8 *',
    '60 0 * * ? *',
    '0 0 ? * ? *',
    '0/0 0 * * ? *',
  ])('is refused where it is none: %s', (cron) => {
    expect(() => parseCron(cron)).toThrow(RangeError);
  });
});
