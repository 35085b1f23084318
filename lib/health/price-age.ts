import type { Finding } from './check.ts';

/** Models and their prices change several times a year. */
const OLD_AFTER_MS = 183 * 24 * 3_600_000;

/**
 * How old the price table is, whose figures were gathered in that month, such as `2026-11`: said from half a year on.
 * `compared`: the month in which the operator last held it against the provider's list; one that has not begun says nothing.
 */
export const findingOfPrices = (gathered: string, compared: string | undefined, now: number): Finding => {
  const begun = [gathered, compared ?? gathered].filter((month) => Date.parse(month) <= now);
  const asOf = begun.toSorted().at(-1) ?? gathered;
  if (now - Date.parse(asOf) <= OLD_AFTER_MS) return { status: 'healthy' };
  return { status: 'degraded', detail: `prices are of ${asOf}: compare them with the provider’s list` };
};
