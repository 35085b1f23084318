import { formatUsd, type PicoUsd } from '../../lib/kernel/money.ts';
import { createPriceTable } from '../../lib/pricing/price-table.ts';
import { PUBLISHED_PRICES } from '../../lib/pricing/prices.ts';
import { costOf, priceAt } from '../../lib/pricing/pricing.ts';
import type { TokenUsage } from '../../lib/usage/record.ts';

/** What usage costs at the published prices: it says neither how long each prompt was, nor where and how fast it was answered. */
export interface CostRange {
  readonly least: PicoUsd;
  readonly most: PicoUsd;
}

const PRICES = createPriceTable(PUBLISHED_PRICES);

/** In parts of a million, so that no amount becomes a float. */
const WHOLE = 1_000_000;

/** What a model's usage of one day costs; `null`: the model has no price. */
export const costRangeOf = (model: string, day: string, counts: TokenUsage): CostRange | null => {
  const price = priceAt(PRICES, model, Date.parse(day));
  if (price === null) return null;
  const dearest = { inferenceGeo: 'us', speed: price.fast === null ? null : 'fast' };
  const [first, ...more] = price.bands.map((band, at) =>
    costOf(counts, { ...price, bands: [band], fast: price.fast && [price.fast[at] ?? price.fast[0]] }, dearest),
  );
  const most = more.reduce((highest, cost) => (cost > highest ? cost : highest), first ?? 0n) as PicoUsd;
  return { least: costOf(counts, { ...price, bands: [price.bands[0]] }), most };
};

/** Whether what is booked lies outside of what was billed by more than the share `tolerance`. */
export const isOutside = (booked: PicoUsd, { least, most }: CostRange, tolerance: number): boolean => {
  const share = BigInt(Math.round(tolerance * WHOLE));
  const scaled = booked * BigInt(WHOLE);
  return scaled < least * (BigInt(WHOLE) - share) || scaled > most * (BigInt(WHOLE) + share);
};

/** A range as text; one amount where both ends are the same. */
export const rangeText = ({ least, most }: CostRange): string =>
  least === most ? formatUsd(least) : `${formatUsd(least)} to ${formatUsd(most)}`;
