import type { Cron } from './cron.ts';

const DAY_MS = 86_400_000;
/** A date that comes every four years, and once not for eight. */
const MOST_DAYS = 366 * 9;

const formats = new Map<string, Intl.DateTimeFormat>();

/** To make one takes far longer than to use it, and a cron expression may have 1,440 times a day. */
const formatOf = (timeZone: string): Intl.DateTimeFormat => {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  formats.set(timeZone, format);
  return format;
};

/** How far a time zone is ahead of UTC at an instant, in milliseconds. */
const offsetAt = (timeZone: string, at: number): number => {
  const parts = formatOf(timeZone).formatToParts(at);
  const part = (type: string) => Number(parts.find((each) => each.type === type)?.value);
  const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return wall - Math.floor(at / 1_000) * 1_000;
};

/** The instant at which clocks of a time zone show this; `null` where they skip it. */
const instantOf = (timeZone: string, wall: number): number | null => {
  // Around a change one of the two offsets is right, the earlier first.
  for (const near of [wall - DAY_MS, wall + DAY_MS]) {
    const at = wall - offsetAt(timeZone, near);
    if (at + offsetAt(timeZone, at) === wall) return at;
  }
  return null;
};

/** Epoch milliseconds of the first call after an instant; `null` where none comes within nine years. */
export const nextCron = ({ minutes, hours, includes }: Cron, timeZone: string, after: number): number | null => {
  const times = [...hours]
    .flatMap((hour) => [...minutes].map((minute) => (hour * 60 + minute) * 60_000))
    .sort((a, b) => a - b);
  const today = Math.floor((after + offsetAt(timeZone, after)) / DAY_MS) * DAY_MS;
  for (let days = 0; days <= MOST_DAYS; days += 1) {
    const day = today + days * DAY_MS;
    const date = new Date(day);
    if (!includes(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate())) continue;
    for (const time of times) {
      const next = instantOf(timeZone, day + time);
      if (next !== null && next > after) return next;
    }
  }
  return null;
};

/** The same for a rate: whole multiples of it since 1970, so that a server that is started anew keeps to them. */
export const nextOfRate = (everyMs: number, after: number): number => (Math.floor(after / everyMs) + 1) * everyMs;
