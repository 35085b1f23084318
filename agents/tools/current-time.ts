import { declined, defineTool, safe, z } from 'ballast';

const clockOf = (timeZone: string): Intl.DateTimeFormat => {
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone, dateStyle: 'full', timeStyle: 'medium' });
  } catch {
    throw declined(safe`This time zone is not known. Give an IANA name, such as Europe/Zurich or America/New_York.`);
  }
};

/** As `+05:30`. Before ICU 78 a zero offset is written as a bare `GMT`, and one runtime may bring another ICU than the next. */
const utcOffset = (instant: Date, timeZone: string): string => {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone, timeZoneName: 'longOffset' }).formatToParts(instant);
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  return /[+-]\d\d:\d\d/.exec(name)?.[0] ?? '+00:00';
};

/** The date and the time of the run's clock in one time zone. */
export const currentTime = defineTool({
  name: 'current_time',
  description:
    'Tells the current date and time. Use it whenever an answer depends on today or now. Gives back the weekday, date ' +
    'and time in the time zone, its offset from UTC, and the instant in UTC.',
  input: z.strictObject({
    timeZone: z.optional(
      z.string().check(z.minLength(1), z.maxLength(64), z.describe('IANA name, such as Europe/Zurich. Default: UTC.')),
    ),
  }),
  run: ({ timeZone = 'UTC' }, context) => {
    const clock = clockOf(timeZone);
    const instant = new Date(context.now());
    return {
      timeZone,
      local: clock.format(instant),
      utcOffset: utcOffset(instant, timeZone),
      utc: instant.toISOString(),
    };
  },
});
