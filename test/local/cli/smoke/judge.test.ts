import { expect, it } from 'vitest';
import { parseUsd, ZERO } from '../../../../lib/kernel/money.ts';
import { judge } from '../../../../local/cli/smoke/books.ts';
import type { Books, PaidCall } from '../../../../local/cli/smoke/check.ts';

const before: Books = { month: 'm', spent: parseUsd('7'), used: parseUsd('6'), runs: { count: 0, cost: ZERO } };

const run = (usd: string | null): PaidCall => ({ of: 'run', cost: usd === null ? null : parseUsd(usd) });
const message = (usd: string | null): PaidCall => ({ ...run(usd), of: 'message' });

/** What is on the books more than before. */
const more = (spent: string, used: string, count: number, runs: string): Books => ({
  ...before,
  spent: parseUsd(String(7 + Number(spent))),
  used: parseUsd(String(6 + Number(used))),
  runs: { count, cost: parseUsd(runs) },
});

const PAID = [run('0.25'), run('0.5'), message('0.125')];

it.each<[string, readonly PaidCall[], Books, boolean]>([
  ['have exactly what was paid', PAID, more('0.875', '0.875', 2, '0.75'), true],
  ['have a run twice', PAID, more('1.375', '1.375', 3, '1.25'), false],
  ['have less of a run, which the calls of others hide', PAID, more('5', '5', 2, '0.5'), false],
  ['lack a run, which the calls of others hide', PAID, more('5', '5', 1, '0.5'), false],
  ['count a run of no cost for another', PAID, more('5', '5', 3, '0.75'), false],
  ['lack the message', PAID, more('0.75', '0.75', 2, '0.75'), false],
  ['have more in the budgets than in the records', PAID, more('1', '0.875', 2, '0.75'), false],
  ['have less in the budgets than in the records', PAID, more('0.75', '0.875', 2, '0.75'), false],
  ['have calls of others too', PAID, more('3', '3', 2, '0.75'), true],
  ['have less than was paid in the budgets, beside calls of others', PAID, more('0.5', '3', 2, '0.75'), false],
  ['have a run that was not answered', [...PAID, run(null)], more('1', '1', 3, '0.875'), true],
  ['lack a run beside one that was not answered', [...PAID, run(null)], more('1', '1', 2, '0.5'), false],
])('books that %s', (_title, paid, now, isRight) => {
  expect(judge(paid, before, now).isRight).toBe(isRight);
});

it('says whether it is exact', () => {
  expect(judge(PAID, before, more('0.875', '0.875', 2, '0.75')).says).toBe('$0.875 of 3 calls, and nothing else.');
  expect(judge(PAID, before, more('3', '3', 2, '0.75')).says).toBe(
    '$0.75 of runs; of $0.875 in all at least, as others spend too, or a call did not say.',
  );
});
