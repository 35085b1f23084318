import type { Scope } from '../../budget/account.ts';
import { type Item, type Key, keyOf, n, optional, readNumber, readString, s } from '../../dynamodb/attributes.ts';
import { epochSeconds } from '../../kernel/clock.ts';

/** A call that was refused because it is larger than what is left. Amounts are decimal US dollars. */
export interface RefusedCall {
  readonly askedUsd: string;
  /** What other calls had reserved then; the call would not have fitted without them either. */
  readonly reservedUsd: string;
}

/** A budget of which a part is spent, or that has refused a call. Amounts are decimal US dollars. */
export interface SpentBudget {
  readonly tenantId: string;
  readonly scope: Scope;
  /** The key's id, or the end user's pseudonym as reports have it; `null`: the tenant's own, or the stage's. */
  readonly subject: string | null;
  /** As `2026-11-20` or `2026-11`. */
  readonly period: string;
  /** The part, in percent; 100: it is as good as spent, and has refused a call. Of a `refused` call: what was spent then. */
  readonly percent: number;
  /** The call that it has refused although more than a tenth was left. Default: none. */
  readonly refused?: RefusedCall;
  readonly limitUsd: string;
  /** Where `unsure`, with what others had reserved at the same time. */
  readonly spentUsd: string;
  /** The partition key of the account that says whether so much is spent yet; `null`: it is. */
  readonly unsure: string | null;
}

/** One that is put down. */
export interface NotedBudget extends SpentBudget {
  /** The sort key of its item. */
  readonly sk: string;
  /** Of this writing; whoever puts the same down again writes another. `null`: an earlier version of Ballast wrote none. */
  readonly version: string | null;
}

/** One partition: an item for each budget that is spent, until the next pass. */
export const PARTITION = 'spent';

/** What is told of a budget, each once: that a part is reached, or that a call was refused, whatever was spent by then. */
export const stepOf = ({ percent, refused }: Pick<SpentBudget, 'percent' | 'refused'>): string =>
  refused === undefined ? String(percent) : 'refused';

/** Its sort key, with the limit: a budget that is raised or lowered is another one. */
export const sortKeyOf = (budget: SpentBudget): string => {
  const { tenantId, scope, subject, period, limitUsd } = budget;
  return [tenantId, scope, period, stepOf(budget), limitUsd, subject ?? ''].join('#');
};

export const keyFor = ({ sk }: Pick<NotedBudget, 'sk'>): Key => ({ pk: PARTITION, sk });

const readRefused = (item: Item): Pick<SpentBudget, 'refused'> => {
  const askedUsd = optional(item, 'askedUsd', readString);
  return askedUsd === null ? {} : { refused: { askedUsd, reservedUsd: readString(item, 'reservedUsd') } };
};

/** What is put down in an item. */
export const readNoted = (item: Item): NotedBudget => ({
  // That of an earlier version has no limit.
  sk: readString(item, 'sk'),
  tenantId: readString(item, 'tenantId'),
  scope: readString(item, 'scope') as Scope,
  subject: optional(item, 'subject', readString),
  period: readString(item, 'period'),
  // An earlier version noted refusals alone.
  percent: optional(item, 'percent', readNumber) ?? 100,
  ...readRefused(item),
  limitUsd: readString(item, 'limitUsd'),
  spentUsd: readString(item, 'spentUsd'),
  unsure: optional(item, 'unsure', readString),
  version: optional(item, 'version', readString),
});

/** `keptUntil`: epoch milliseconds. */
export const itemOf = (noted: NotedBudget, keptUntil: number): Item => {
  const { tenantId, scope, subject, period, percent, refused, limitUsd, spentUsd, unsure, version } = noted;
  return {
    ...keyOf(keyFor(noted)),
    tenantId: s(tenantId),
    scope: s(scope),
    ...(subject === null ? {} : { subject: s(subject) }),
    period: s(period),
    percent: n(percent),
    ...(refused === undefined ? {} : { askedUsd: s(refused.askedUsd), reservedUsd: s(refused.reservedUsd) }),
    limitUsd: s(limitUsd),
    spentUsd: s(spentUsd),
    ...(unsure === null ? {} : { unsure: s(unsure) }),
    ...(version === null ? {} : { version: s(version) }),
    expiresAt: n(epochSeconds(keptUntil)),
  };
};
