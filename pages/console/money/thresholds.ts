import { percentOf } from './amounts.ts';

/** Parts of a budget of which the targets of alarms are notified, in percent. */
export const THRESHOLDS = [50, 75, 90, 100] as const;

/** The highest threshold that what was spent has reached; `null`: none, or there is no limit. */
export const reachedBy = (spentUsd: string, limitUsd: string | null): (typeof THRESHOLDS)[number] | null => {
  if (limitUsd === null) return null;
  const percent = percentOf(spentUsd, limitUsd);
  return THRESHOLDS.findLast((threshold) => percent >= threshold) ?? null;
};
