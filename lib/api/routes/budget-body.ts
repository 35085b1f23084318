import * as z from 'zod/mini';
import type { Accounting } from '../../accounts/accounting.ts';
import { BUDGET_GROUPS, type GroupBudget, type Place } from '../../accounts/group-budgets.ts';
import type { UserNames } from '../../end-users/names.ts';
import type { Clock } from '../../kernel/clock.ts';
import { readCursor, writeCursor } from '../../kernel/cursor.ts';
import { AppError } from '../../kernel/errors.ts';
import { pico } from '../../kernel/money.ts';
import { safe } from '../../kernel/redacted.ts';
import type { Tenant } from '../../tenants/types.ts';
import { parsed, refuseQuery, says } from '../../usage/reports/report-query.ts';

/** Each group of a tenant with limits is an account to be read. */
const MAX_LIMIT = 1_000;
const DEFAULT_LIMIT = 100;

const isLimit = (text: string): boolean => /^[1-9]\d{0,3}$/.test(text) && Number(text) <= MAX_LIMIT;

const budgetQuery = z.strictObject({
  groupBy: z.optional(z.enum(BUDGET_GROUPS)),
  limit: z.optional(z.string().check(z.refine(isLimit, says(safe`must be a whole number from 1 to ${MAX_LIMIT}`)))),
  cursor: z.optional(z.string()),
});

const cursorOf = ({ spent, key }: Place): string => writeCursor(`${spent} ${key}`);

const placeIn = (cursor: string): Place => {
  const [, spent, key] = /^(-?\d{1,30}) (.*)$/s.exec(readCursor(cursor) ?? '') ?? [];
  if (spent !== undefined && key !== undefined) return { spent: pico(BigInt(spent)), key };
  throw new AppError('invalid-request', safe`The query is not valid; see errors.`, {
    issues: [{ path: 'cursor', message: safe`must be the nextCursor of an earlier answer` }],
  });
};

export interface BudgetParts {
  readonly budgets: Pick<Accounting, 'view' | 'viewGroups'>;
  /** Default: end users are shown by their pseudonyms. */
  readonly userNames?: Pick<UserNames, 'all'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** What is left of a tenant's budgets; with `groupBy` also of those of its keys or end users. Throws `invalid-request`. */
export const budgetBody = async (
  { budgets, userNames, clock }: BudgetParts,
  tenant: Tenant,
  query: Readonly<Record<string, string | undefined>> | null,
) => {
  const { groupBy, limit = `${DEFAULT_LIMIT}`, cursor } = parsed(budgetQuery, query);
  const page = { limit: Number(limit), after: cursor === undefined ? null : placeIn(cursor) };
  const now = clock.now();
  if (groupBy === undefined) {
    // They would have no effect.
    refuseQuery(query);
    return budgets.view(tenant, now);
  }
  const [own, { groups, last }, names] = await Promise.all([
    budgets.view(tenant, now),
    budgets.viewGroups(tenant, groupBy, page, now),
    groupBy === 'user' ? userNames?.all(tenant.tenantId) : undefined,
  ]);
  const shown = ({ key, name, day, month }: GroupBudget) => ({
    key: names?.get(key) ?? key,
    name,
    day,
    month,
  });
  return { ...own, groups: groups.map(shown), nextCursor: last === null ? null : cursorOf(last) };
};
