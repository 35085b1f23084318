import { formatUsd } from '../../lib/kernel/money.ts';
import { type Drift, isBeyond } from './drift.ts';

/** A day of a model as JSON shows it: money as decimals in US dollars, and no share where nothing was billed. */
export const driftLine = (drift: Drift, tolerance: number) => {
  const { day, model, billed, booked, estimates, worst, cost, billedCost } = drift;
  return {
    day,
    model,
    differsMost: worst.share === 0 ? null : worst.kind,
    share: Number.isFinite(worst.share) ? worst.share : null,
    billed,
    booked,
    billedUsd: billedCost === null ? null : { least: formatUsd(billedCost.least), most: formatUsd(billedCost.most) },
    bookedUsd: formatUsd(cost),
    estimates,
    isBeyond: isBeyond(drift, tolerance),
  };
};
