import { s } from '../../dynamodb/attributes.ts';
import type { Table } from '../../dynamodb/table.ts';
import { minus, type PicoUsd, ZERO } from '../../kernel/money.ts';
import type { Account, Limits } from '../account.ts';
import { allotmentName, dayName, termsName } from '../item.ts';
import { type Move, NOTHING, packAllotment } from './allotment.ts';

/** The highest that the counters may be for an amount of a day still to fit. */
export const ceilings = ({ day, month }: Limits, amount: PicoUsd, of: string): Record<string, bigint> => ({
  ...(day === null ? {} : { [dayName(of)]: minus(day, amount) }),
  ...(month === null ? {} : { month: minus(month, amount) }),
});

/** Writes one half of a move, as `BudgetStore.move`. */
export const moveMoney = async (
  table: Pick<Table, 'update'>,
  { pk, terms }: Pick<Account, 'pk' | 'terms'>,
  { day, shard, was, is, by, within }: Move,
): Promise<boolean> => {
  // A counter that is not there yet is below any ceiling.
  if (was === NOTHING && [within.day, within.month].some((most) => most !== null && by > most)) return false;
  const name = allotmentName(day, shard);
  const text = s(packAllotment(is));
  const moved = await table.update(
    { pk, sk: day.slice(0, '2026-11'.length) },
    {
      set: { [name]: text, ...(terms === undefined ? {} : { [termsName(day)]: s(terms) }) },
      ...(by === ZERO ? {} : { add: { [dayName(day)]: by, month: by } }),
    },
    {
      ...(was === NOTHING ? { lacks: [name] } : { equal: { [name]: s(packAllotment(was)) } }),
      atMost: ceilings(within, by, day),
    },
  );
  // The answer to it may have been lost.
  return moved.applied || moved.found[name]?.S === text.S;
};
