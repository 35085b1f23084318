import { concurrently } from '../kernel/concurrently.ts';
import { createDeadline } from '../kernel/deadline.ts';
import { label, safe } from '../kernel/redacted.ts';
import { nameError } from '../telemetry/describe-error.ts';
import { type Alert, alertId } from './alert.ts';
import { adviceFields, budgetAdvice } from './budget-advice.ts';
import { budgetAlert, type BudgetAlertsOptions, type BudgetThreshold, NOTIFIED_FOR_MS } from './budget-alerts.ts';
import { createDynamoDbAlertClaims } from './targets/dynamodb-claims.ts';
import { createMail } from './targets/mail.ts';
import { LIMIT_MS, UNGUARDED, waysTo } from './targets/notify-targets.ts';
import { orFailed } from './targets/or-failed.ts';
import { createPost } from './targets/post.ts';
import { reachableTargets, type Targets } from './targets/targets.ts';

/** A budget of which a part is spent, or that has refused a call. */
export interface SpentPart extends Omit<BudgetThreshold, 'percent' | 'isRefused'> {
  /** Default: 100, and it has refused a call. */
  readonly percent?: number;
}

/**
 * Tells every configured target, in one message, of those of these budgets of which it was not told yet. They are of one
 * tenant, scope, period and part, or have all refused a call. `isDone`: every target was told of all; `newly`: those that a
 * target was told of just now. Never rejects, and does nothing where no target is configured.
 */
export type NotifySpent = <Budget extends SpentPart>(
  budgets: readonly Budget[],
) => Promise<{ readonly isDone: boolean; readonly newly: readonly Budget[] }>;

/** Claims that are taken at a time. */
const AT_ONCE = 16;

/** So many names fit into a message that is read. */
const MOST_NAMED = 20;

const alertOfOne = ({ percent = 100, ...budget }: SpentPart, stage?: string): Alert =>
  budgetAlert({ ...budget, percent, isRefused: percent === 100 }, stage);

/** One alert of all of them, which have one percentage; of a single one, the alert of its own. */
export const spentAlert = (budgets: readonly [SpentPart, ...SpentPart[]], stage?: string): Alert => {
  const [first, ...others] = budgets;
  if (others.length === 0) return alertOfOne(first, stage);
  const { tenantId, scope = 'tenant', period, percent = 100, refused } = first;
  const isEarly = refused !== undefined;
  const names = budgets.slice(0, MOST_NAMED).map(({ subject }) => subject ?? tenantId);
  const more = budgets.length - names.length;
  const who = `${budgets.length} ${scope}s of ${tenantId}`;
  const [type, how, about] = isEarly
    ? [
        'refused',
        `have calls refused that asked for more than is left of their budgets for ${period}`,
        'Calls are refused by',
      ]
    : percent === 100
      ? ['spent', `have calls refused, because their budgets for ${period} are spent`, '100 % of']
      : ['threshold', `have spent ${percent} % of their budgets for ${period}`, `${percent} % of`];
  const what = `${how}: ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`;
  const those = { tenantId, scope, period, percent, refused };
  const advice = budgetAdvice(those, stage);
  return {
    id: alertId('budgets', ...budgets.map((each) => alertOfOne(each).id)),
    alarm: label(`budget/${tenantId}/${scope}/${period}`),
    state: isEarly ? safe`refused` : safe`${percent}%`,
    text: `:moneybag: *${who}* ${what}${advice.slack}`,
    mail: { subject: `${about} the budgets of ${who} for ${period}`, text: `${who} ${what}${advice.mail}` },
    fields: {
      type: `budgets.${type}`,
      tenantId,
      period,
      // Each has spent another part.
      ...(isEarly ? {} : { percent }),
      ...adviceFields(those, stage),
      scope,
      count: budgets.length,
      [scope === 'key' ? 'keyIds' : 'users']: names,
    },
  };
};

/** Budgets that refused calls, or of which a part is spent, each told once to each target by claims in the table. */
export const createSpentAlerts = (options: BudgetAlertsOptions): NotifySpent => {
  const { clock, emit } = options;
  const claims = createDynamoDbAlertClaims({ ...options, notifiedForMs: NOTIFIED_FOR_MS });
  const orGoOn = orFailed(emit);
  const by = { clock, post: createPost(options), mail: createMail(options) };

  const notify = async <Budget extends SpentPart>(
    budgets: readonly Budget[],
    target: string,
    targets: Targets,
  ): Promise<{ isDone: boolean; newly: Budget[] }> => {
    const asked = await concurrently(budgets, AT_ONCE, async (budget) => {
      const claim = await orGoOn('claim', claims.claim(alertOfOne(budget).id, target), UNGUARDED);
      return claim === null ? [] : [{ budget, claim }];
    });
    const [first, ...others] = asked.flat();
    if (first === undefined) return { isDone: true, newly: [] };
    const claimed = [first, ...others];
    const alert = spentAlert([first.budget, ...others.map(({ budget }) => budget)], options.stage);
    const delivered = { target: label(target), alarm: alert.alarm, state: alert.state };
    const send = new Map(waysTo(alert, targets, by)).get(target);
    using deadline = createDeadline(clock, LIMIT_MS);
    try {
      await send?.(deadline);
    } catch (error) {
      emit({ type: 'alert.failed', ...delivered, error: nameError(error) });
      await concurrently(claimed, AT_ONCE, ({ claim }) => orGoOn('release', claim.release(), undefined));
      return { isDone: false, newly: [] };
    }
    emit({ type: 'alert.sent', ...delivered });
    await concurrently(claimed, AT_ONCE, ({ claim }) => orGoOn('sent', claim.sent(), undefined));
    return { isDone: true, newly: claimed.map(({ budget }) => budget) };
  };

  return async (budgets) => {
    const [first] = budgets;
    if (first === undefined) return { isDone: true, newly: [] };
    const { targets, areAll } = await reachableTargets(options);
    const names = waysTo(alertOfOne(first), targets, by).map(([target]) => target);
    const told = await Promise.all(names.map((target) => notify(budgets, target, targets)));
    return {
      isDone: areAll && told.every(({ isDone }) => isDone),
      newly: [...new Set(told.flatMap(({ newly }) => newly))],
    };
  };
};
