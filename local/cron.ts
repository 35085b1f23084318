/** A cron expression of EventBridge: minutes, hours, day of month, month, day of week, year. */
export interface Cron {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  /** Whether a day of the calendar is one of its days; months from 1. */
  readonly includes: (year: number, month: number, day: number) => boolean;
}

interface Field {
  readonly least: number;
  readonly most: number;
  readonly names?: readonly string[];
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const MINUTE = { least: 0, most: 59 };
const HOUR = { least: 0, most: 23 };
const DAY = { least: 1, most: 31 };
const MONTH = { least: 1, most: 12, names: MONTHS };
const WEEKDAY = { least: 1, most: 7, names: WEEKDAYS };
const YEAR = { least: 1970, most: 2199 };

const numberIn = ({ least, most, names = [] }: Field, word: string): number => {
  const named = names.indexOf(word.toUpperCase());
  const value = named >= 0 ? named + least : /^\d+$/.test(word) ? Number(word) : NaN;
  if (!(value >= least && value <= most)) throw new RangeError(`${word} is not from ${least} to ${most}`);
  return value;
};

/** The values of one part: `*`, `7`, `1-5`, `0/15`, `10-50/10`; a range may go round, as `FRI-MON` does. */
const valuesOf = (field: Field, part: string): number[] => {
  const [range = '', step] = part.split('/');
  const by = step === undefined ? 1 : numberIn({ least: 1, most: field.most }, step);
  const [from = '', to] = range.split('-');
  const all = Array.from({ length: field.most - field.least + 1 }, (_, at) => field.least + at);
  if (from === '*') return all.filter((_, at) => at % by === 0);
  const first = numberIn(field, from);
  const last = to === undefined ? (step === undefined ? first : field.most) : numberIn(field, to);
  const ordered = first <= last ? all.filter((value) => value >= first && value <= last) : null;
  const round = ordered ?? [...all.filter((value) => value >= first), ...all.filter((value) => value <= last)];
  return round.filter((_, at) => at % by === 0);
};

const setOf = (field: Field, text: string): ReadonlySet<number> =>
  new Set(text.split(',').flatMap((part) => valuesOf(field, part)));

const lastDay = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();
const weekdayOf = (year: number, month: number, day: number): number =>
  new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1;

/** The working day nearest to one, in the same month. */
const workingDay = (year: number, month: number, day: number): number => {
  const last = lastDay(year, month);
  const near = Math.min(day, last);
  const weekday = weekdayOf(year, month, near);
  if (weekday === 7) return near === 1 ? near + 2 : near - 1;
  if (weekday === 1) return near === last ? near - 2 : near + 1;
  return near;
};

type IsDay = Cron['includes'];

/** `L`, `L-3`, `LW`, `15W`, or numbers. */
const monthDay = (part: string): IsDay => {
  if (part === 'LW') return (year, month, day) => day === workingDay(year, month, lastDay(year, month));
  const [, before] = /^L(?:-(\d+))?$/.exec(part) ?? [null];
  if (part.startsWith('L') && (part === 'L' || before !== undefined))
    return (year, month, day) => day === lastDay(year, month) - Number(before ?? 0);
  const near = /^(\d+)W$/.exec(part)?.[1];
  if (near !== undefined) {
    const wanted = numberIn(DAY, near);
    return (year, month, day) => day === workingDay(year, month, wanted);
  }
  const days = new Set(valuesOf(DAY, part));
  return (_year, _month, day) => days.has(day);
};

/** `6L`, `MON#2`, `L`, or numbers from 1, which is Sunday. */
const weekDay = (part: string): IsDay => {
  const last = /^(\w+)L$/.exec(part)?.[1];
  if (last !== undefined) {
    const wanted = numberIn(WEEKDAY, last);
    return (year, month, day) => weekdayOf(year, month, day) === wanted && day > lastDay(year, month) - 7;
  }
  const [, word, which] = /^(\w+)#([1-5])$/.exec(part) ?? [];
  if (word !== undefined) {
    const wanted = numberIn(WEEKDAY, word);
    return (year, month, day) => weekdayOf(year, month, day) === wanted && Math.ceil(day / 7) === Number(which);
  }
  const days = new Set(part === 'L' ? [7] : valuesOf(WEEKDAY, part));
  return (year, month, day) => days.has(weekdayOf(year, month, day));
};

const anyOf = (text: string, read: (part: string) => IsDay): IsDay => {
  const parts = text.split(',').map(read);
  return (...date) => parts.some((isDay) => isDay(...date));
};

/** Reads what stands in `cron(...)`. Throws a RangeError that says what is wrong. */
export const parseCron = (text: string): Cron => {
  const fields = text.trim().split(/\s+/);
  const [minutes = '', hours = '', day = '', months = '', weekday = '', years = ''] = fields;
  if (fields.length !== 6) throw new RangeError('it has six fields: minutes hours day month weekday year');
  if ((day === '?') === (weekday === '?')) throw new RangeError('one of its day and its weekday is ?, and not both');
  const isDay = day === '?' ? anyOf(weekday, weekDay) : anyOf(day, monthDay);
  const [inMonths, inYears] = [setOf(MONTH, months), setOf(YEAR, years)];
  return {
    minutes: setOf(MINUTE, minutes),
    hours: setOf(HOUR, hours),
    includes: (year, month, at) => inYears.has(year) && inMonths.has(month) && isDay(year, month, at),
  };
};
