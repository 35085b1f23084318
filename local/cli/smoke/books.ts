import { formatUsd, minus, type PicoUsd, sum } from '../../../lib/kernel/money.ts';
import { type Books, Failed, type PaidCall, pause, Skipped, type SmokeCheck } from './check.ts';
import { readBooks } from './read-books.ts';

/** How often the books are looked at, once a second, until they have all of it. */
const LOOKS = 15;

const known = (calls: readonly PaidCall[]): PicoUsd[] => calls.flatMap(({ cost }) => cost ?? []);

const usd = (amount: PicoUsd): string => `$${formatUsd(amount)}`;

type Judgement = { readonly isRight: boolean; readonly says: string };

const wrong = (says: string): Judgement => ({ isRight: false, says });

/** The runs are marked, so that their records are theirs alone, whoever else spends. */
const ofRuns = (runs: readonly PaidCall[], { count, cost }: Books['runs']): Judgement | null => {
  const costs = known(runs);
  const said = sum(costs);
  const isKnown = costs.length === runs.length;
  if (isKnown ? cost === said && count === runs.length : cost >= said) return null;
  return wrong(`Its ${costs.length} runs say that they cost ${usd(said)}; the books have ${count}, of ${usd(cost)}.`);
};

/**
 * Calls of the gateway have no mark, and budgets count for the whole tenant. So these are exact where nobody else has spent
 * meanwhile: where the records of usage have grown by what the calls say, and nothing more.
 */
export const judge = (paid: readonly PaidCall[], before: Books, now: Books): Judgement => {
  const costs = known(paid);
  const all = sum(costs);
  const [spent, used] = [minus(now.spent, before.spent), minus(now.used, before.used)];
  const runs = ofRuns(
    paid.filter(({ of }) => of === 'run'),
    now.runs,
  );
  if (runs !== null) return runs;
  const says = `${costs.length} calls say that they cost ${usd(all)}`;
  const isAlone = costs.length === paid.length && used === all;
  if (used < all || spent < all || (isAlone && spent !== all))
    return wrong(`Its ${says}; the records of usage have ${usd(used)}, and the budgets ${usd(spent)}.`);
  if (isAlone) return { isRight: true, says: `${usd(all)} of ${paid.length} calls, and nothing else.` };
  return {
    isRight: true,
    says: `${usd(now.runs.cost)} of runs; of ${usd(all)} in all at least, as others spend too, or a call did not say.`,
  };
};

export const books: SmokeCheck = {
  what: 'what was paid is on the books, no less and no more',
  scope: 'usage:read',
  async run({ stage, clock, paid, before, nonce }) {
    if (paid.length === 0 || before === null) throw new Skipped('Nothing was paid.');
    let judgement = wrong('');
    for (let looks = 0; looks < LOOKS; looks += 1) {
      const now = await readBooks(stage, nonce);
      if (now.month !== before.month) throw new Skipped('The month has changed meanwhile.');
      judgement = judge(paid, before, now);
      if (judgement.isRight) return judgement.says;
      await pause(clock, 1_000);
    }
    throw new Failed(judgement.says);
  },
};
