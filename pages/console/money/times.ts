interface Range {
  /** Days as the API takes them; empty: as it has them by default, which is this month up to today. */
  readonly from: string;
  readonly to: string;
}

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** This month and those before it: `months` in all. */
export const lastMonths = (now: Date, months: number): Range => ({
  from: dayOf(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months + 1, 1)),
  to: dayOf(now.getTime()),
});

/** Spans of days that people ask for by name, at an instant (UTC). */
export const timesAt = (now: Date): Readonly<Record<string, Range>> => {
  const [year, month, date] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()];
  const today = dayOf(now.getTime());
  return {
    'this month': { from: '', to: '' },
    today: { from: today, to: today },
    'the last 7 days': { from: dayOf(Date.UTC(year, month, date - 6)), to: today },
    'last month': { from: dayOf(Date.UTC(year, month - 1, 1)), to: dayOf(Date.UTC(year, month, 0)) },
  };
};
