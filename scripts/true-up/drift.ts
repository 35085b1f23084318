import { type PicoUsd, plus, ZERO } from '../../lib/kernel/money.ts';
import { NO_TOKENS, type TokenUsage } from '../../lib/usage/record.ts';
import { type DayOfModel, KINDS, plusCounts } from './counts.ts';
import { type CostRange, costRangeOf, isOutside } from './money.ts';
import type { BookedDayOfModel } from './read-books.ts';

/** Both sides of one model on one day. */
export interface Drift {
  readonly day: string;
  readonly model: string;
  readonly billed: TokenUsage;
  readonly booked: TokenUsage;
  /** Records among the booked that hold an estimate. */
  readonly estimates: number;
  /** What is booked for it. */
  readonly cost: PicoUsd;
  /** What the billed usage costs by the published prices; `null`: the model has none. */
  readonly billedCost: CostRange | null;
  /** The kind that differs most, and by what share of the billed, signed; infinite where nothing was billed. */
  readonly worst: { readonly kind: keyof TokenUsage; readonly share: number };
}

const shareOf = (billed: number, booked: number): number => (billed === booked ? 0 : (booked - billed) / billed);

const worstOf = (billed: TokenUsage, booked: TokenUsage): Drift['worst'] =>
  KINDS.map((kind) => ({ kind, share: shareOf(billed[kind], booked[kind]) })).reduce((worst, other) =>
    Math.abs(other.share) > Math.abs(worst.share) ? other : worst,
  );

type Sides = Omit<Drift, 'worst' | 'billedCost'>;

/** What the provider billed beside what is booked, by day and model, in their order. */
export const driftOf = (billed: Iterable<DayOfModel>, booked: Iterable<BookedDayOfModel>): Drift[] => {
  const found = new Map<string, Sides>();
  const change = ({ day, model }: DayOfModel, to: (sides: Sides) => Partial<Sides>) => {
    const key = `${day} ${model}`;
    const sides = found.get(key) ?? { day, model, billed: NO_TOKENS, booked: NO_TOKENS, estimates: 0, cost: ZERO };
    found.set(key, { ...sides, ...to(sides) });
  };
  for (const row of billed) change(row, (sides) => ({ billed: plusCounts(sides.billed, row.counts) }));
  for (const row of booked) {
    change(row, (sides) => ({
      booked: plusCounts(sides.booked, row.counts),
      estimates: sides.estimates + (row.estimated ? 1 : 0),
      cost: plus(sides.cost, row.cost),
    }));
  }
  return [...found]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, sides]) => {
      const { day, model, billed: theirs, booked: ours } = sides;
      return { ...sides, worst: worstOf(theirs, ours), billedCost: costRangeOf(model, day, theirs) };
    })
    .filter(
      ({ billed: theirs, booked: ours, cost }) =>
        // What was booked as lost has a cost and no tokens.
        cost !== ZERO || KINDS.some((kind) => theirs[kind] !== 0 || ours[kind] !== 0),
    );
};

/** Whether usage differs by more than the share `tolerance` of what was billed, or money does. */
export const isBeyond = ({ worst, cost, billedCost }: Drift, tolerance: number): boolean =>
  Math.abs(worst.share) > tolerance || (billedCost !== null && isOutside(cost, billedCost, tolerance));
