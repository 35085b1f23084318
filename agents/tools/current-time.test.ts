import { AppError, z } from 'ballast';
import { describe, expect, it } from 'vitest';
import { currentTime } from './current-time.ts';

const at = (instant: string, input: object) =>
  currentTime.run(z.parse(currentTime.input, input) as never, { now: () => Date.parse(instant) } as never);

describe('current_time', () => {
  it('tells the time in UTC unless a zone is asked for', () => {
    expect(at('2026-11-20T14:04:05.678Z', {})).toEqual({
      timeZone: 'UTC',
      local: 'Friday, 20 November 2026 at 14:04:05',
      utcOffset: '+00:00',
      utc: '2026-11-20T14:04:05.678Z',
    });
  });

  it.each([
    ['Europe/Zurich', '2026-11-20T23:30:00Z', 'Saturday, 21 November 2026 at 00:30:00', '+01:00'],
    ['Europe/Zurich', '2026-10-25T00:59:59Z', 'Sunday, 25 October 2026 at 02:59:59', '+02:00'],
    ['Europe/Zurich', '2026-10-25T01:00:00Z', 'Sunday, 25 October 2026 at 02:00:00', '+01:00'],
    ['America/St_Johns', '2027-01-01T02:00:00Z', 'Thursday, 31 December 2026 at 22:30:00', '-03:30'],
    ['Asia/Kathmandu', '2026-11-20T00:00:00Z', 'Friday, 20 November 2026 at 05:45:00', '+05:45'],
    ['Europe/London', '2026-11-20T12:00:00Z', 'Friday, 20 November 2026 at 12:00:00', '+00:00'],
  ])('knows the day and the offset of %s at %s', (timeZone, instant, local, utcOffset) => {
    expect(at(instant, { timeZone })).toMatchObject({ timeZone, local, utcOffset });
  });

  it.each(['Mars/Olympus', 'Zurich-9f3', '../../etc/passwd', 'UTC\u0000'])(
    'declines %j without repeating it',
    (timeZone) => {
      const attempt = () => at('2026-11-20T00:00:00Z', { timeZone });
      expect(attempt).toThrow(AppError);
      expect(attempt).toThrow(
        /^This time zone is not known\. Give an IANA name, such as Europe\/Zurich or America\/New_York\.$/,
      );
    },
  );

  it('takes a name of 1 to 64 characters and no other field', () => {
    const accepts = (input: unknown) => z.safeParse(currentTime.input, input).success;
    expect(accepts({ timeZone: 'x'.repeat(64) })).toBe(true);
    expect(accepts({ timeZone: 'x'.repeat(65) })).toBe(false);
    expect(accepts({ timeZone: '' })).toBe(false);
    expect(accepts({ zone: 'UTC' })).toBe(false);
  });
});
