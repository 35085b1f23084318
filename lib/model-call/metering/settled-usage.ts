import type { Price } from '../../pricing/price-table.ts';
import { NO_TOKENS, type TokenUsage } from '../../usage/record.ts';
import type { Metered } from '../outcome.ts';
import type { Bill, Iteration } from './meter.ts';
import type { Unseen } from './unseen.ts';

/** What an attempt is settled at, before it is priced. */
export interface SettledUsage {
  readonly tokens: TokenUsage;
  readonly iterations: readonly Iteration[];
  /** Whether the upstream's counts were missing, and those of the reservation stand for them. */
  readonly isUncounted: boolean;
}

/** What was held back for an attempt. */
export interface HeldBack {
  /** The bound of its input. */
  readonly input: TokenUsage;
  /** The output that it was allowed. */
  readonly maxTokens: number;
}

export const NO_BILL: Bill = { iterations: [], missing: [], unknown: [], ranCode: false };

/** So often the provider may read the input again, and write, within one request: ten server turns after the first. */
const MOST_TURNS = 11;

/**
 * Output tokens that may have been on their way when an answer broke off of which every token was shown: what the
 * fastest model writes in `LIVELY_MS`, after which a silence is no longer taken for a pause.
 */
const ON_ITS_WAY = 256;

const promptOf = ({ outputTokens: _, webSearchRequests: __, ...prompt }: TokenUsage): number =>
  Object.values(prompt).reduce((all, count) => all + count, 0);

/** Counts that the model's own limits rule out are none. */
const isCredible = (tokens: TokenUsage, { contextWindow, maxOutputTokens }: Price) => ({
  input: promptOf(tokens) <= MOST_TURNS * contextWindow,
  output: tokens.outputTokens <= MOST_TURNS * maxOutputTokens,
});

/**
 * The tokens of an attempt. An answer is settled at its counts, and at what was held back where they are missing; an
 * attempt that broke off at what was seen, or where more may have been billed unseen at the whole output.
 */
export const settledUsage = (
  { tokens, estimated, givenUp, bill = NO_BILL }: Metered,
  unseen: Unseen,
  held: HeldBack,
  price: Price,
): SettledUsage => {
  const onItsWay = Math.min(ON_ITS_WAY, held.maxTokens);
  if (estimated === 'unanswered') {
    // An upstream that closes a connection on which it never began has written nothing; one that we left may have.
    const outputTokens = givenUp !== true ? 0 : unseen === 'nothing' ? onItsWay : held.maxTokens;
    return { tokens: { ...held.input, outputTokens }, iterations: [], isUncounted: false };
  }
  const credible = isCredible(tokens, price);
  const areIterationsCredible = bill.iterations.every((each) => {
    const { input, output } = isCredible(each.tokens, price);
    return input && output;
  });
  const isMissing = (kind: 'input' | 'output') =>
    bill.missing.includes(kind) || !credible[kind] || !areIterationsCredible;
  const reported = credible.output ? tokens.outputTokens : 0;
  const seen = Math.min(reported + onItsWay, held.maxTokens);
  const outputOf = () => {
    if (estimated === 'cut') return unseen === 'nothing' ? seen : held.maxTokens;
    return isMissing('output') ? Math.max(reported, held.maxTokens) : reported;
  };
  return {
    tokens: {
      ...NO_TOKENS,
      ...(isMissing('input') ? held.input : tokens),
      outputTokens: outputOf(),
      webSearchRequests: tokens.webSearchRequests,
    },
    iterations: areIterationsCredible ? bill.iterations : [],
    isUncounted: estimated === null && (isMissing('input') || isMissing('output')),
  };
};
