import { createBudgets } from '../lib/budget/budgets.ts';
import { createDynamoDbBudgetStore } from '../lib/budget/dynamodb-store.ts';
import { openLedger } from './ledger.ts';
import { askOf, COST } from './reservations.ts';
import type { Section } from './section.ts';

const CALLS_AT_ONCE = [1, 10, 50, 200];
const MS_EACH = 2_000;

const percentile = (sorted: readonly number[], share: number): string =>
  (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN).toFixed(1);

/** Measures how many calls one tenant's budget item lets in and settles, by how many are under way. */
export const hotTenant = async (endpoint: string): Promise<Section> => {
  await using ledger = await openLedger(endpoint);
  const budgets = createBudgets(createDynamoDbBudgetStore(ledger.ledger));
  const rows: string[][] = [];
  for (const atOnce of CALLS_AT_ONCE) {
    const times: number[] = [];
    const began = performance.now();
    const work = async () => {
      while (performance.now() - began < MS_EACH) {
        const started = performance.now();
        const answer = await budgets.reserve(askOf(`hot-${atOnce}`, false));
        if (!answer.held) throw new Error('A reservation was refused.');
        await budgets.settle(answer.reservation, COST);
        times.push(performance.now() - started);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    const perSecond = (times.length * 1_000) / (performance.now() - began);
    const sorted = times.toSorted((a, b) => a - b);
    rows.push([String(atOnce), perSecond.toFixed(0), percentile(sorted, 0.5), percentile(sorted, 0.99)]);
  }
  return {
    title: 'One hot tenant',
    columns: ['calls at once', 'reserved and settled a second', 'p50, ms', 'p99, ms'],
    rows,
    meaning:
      `Reserve and settle on one item, ${MS_EACH / 1_000} s each, one process with 50 connections to the embedded engine ` +
      'in memory. Nothing conflicts and nothing is tried again: the writes queue up. A figure of this machine; the ceiling ' +
      'on AWS is another one, see [ADR 0008](adr/0008-hot-tenant-ceiling.md).',
    breaches: [],
  };
};
