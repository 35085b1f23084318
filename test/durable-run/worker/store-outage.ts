import { monthOf, tenantAccount } from '../../../lib/budget/account.ts';
import { createBudgets } from '../../../lib/budget/budgets.ts';
import { storeUnavailable } from '../../../lib/dynamodb/failure.ts';
import { asAppError } from '../../../lib/kernel/errors.ts';
import { plus, ZERO } from '../../../lib/kernel/money.ts';
import { notMade, refusal } from '../../../lib/model-call/faults.ts';
import type { ModelRequest } from '../../../lib/model-call/provider.ts';
import type { Attempt, Outcome } from '../../../lib/model-call/types.ts';
import { withBudget } from '../../../lib/model-call/with-budget.ts';
import { createPriceTable } from '../../../lib/pricing/price-table.ts';
import { PUBLISHED_PRICES } from '../../../lib/pricing/prices.ts';
import type { RunKey } from '../../../lib/runs/run-key.ts';
import { answered, unanswered } from '../../dynamodb/faulty-client.ts';
import type { createRunRig } from './run-rig.ts';

type Rig = ReturnType<typeof createRunRig>;

/** How a store fails: it refuses, or does what it is asked and the answer is lost. */
export type Fault = 'refused' | 'lost';

/** Whether a call of `<store>.<method>` fails, and how. */
export type Decide = (method: string) => Fault | null;

const ITERATED = new Set(['log.read', 'usage.inHour']);

const errorOf = (fault: Fault) =>
  storeUnavailable(fault === 'refused' ? answered(400, 'ThrottlingException') : unanswered('ETIMEDOUT'));

/** Stores that fail where `decide` says so. */
export const createOutage = () => {
  let decide: Decide = () => null;
  const asked = new Map<string, number>();
  let refusals = 0;
  const around = <T extends object>(name: string, store: T): T =>
    new Proxy(store, {
      get(target, key) {
        const method: unknown = Reflect.get(target, key);
        if (key === 'store') return around('sessionStore', method as object);
        if (typeof method !== 'function' || typeof key === 'symbol') return method;
        const full = `${name}.${key}`;
        return (...args: unknown[]): unknown => {
          asked.set(full, (asked.get(full) ?? 0) + 1);
          const fault = decide(full);
          const act = () => Reflect.apply(method, target, args) as unknown;
          if (fault === null) return act();
          if (ITERATED.has(full))
            // oxlint-disable-next-line require-yield -- it breaks before it gives anything
            return (async function* () {
              refusals += 1;
              throw errorOf(fault);
            })();
          return (async () => {
            if (fault === 'lost') await act();
            refusals += 1;
            throw errorOf(fault);
          })();
        };
      },
    });
  return {
    around,
    /** How often each method was asked. */
    asked,
    get refusals() {
      return refusals;
    },
    begin: (how: Decide) => void (decide = how),
  };
};

export type Outage = ReturnType<typeof createOutage>;

/** The rig's stores, all of them in the outage, and model calls that are reserved and booked as they really are. */
export const withOutage = (rig: Rig, answers: (request: ModelRequest, nth: number) => Outcome) => {
  const outage = createOutage();
  const { around } = outage;
  const { parts } = rig;
  const budgets = createBudgets(around('budgets', rig.budgetStore));
  const usage = around('usage', rig.usage);
  const own = around('own', {
    findTenant: parts.findTenant,
    left: parts.left,
    wake: (callbackId: string) => parts.executions.wake(callbackId),
    keys: async () => 'key',
  });
  let paid = 0;
  const next: Attempt = async (request) => answers(request, (paid += 1));
  const budgeted = withBudget({
    prices: createPriceTable(PUBLISHED_PRICES),
    usage,
    budgets,
    provider: { countTokens: () => Promise.reject(new Error('no count')) },
    clock: rig.clock,
    emit: parts.emit,
  })(next);
  Object.assign(parts, {
    runs: around('runs', parts.runs),
    inbox: around('inbox', parts.inbox),
    eventLog: around('log', parts.eventLog),
    overflow: around('overflow', parts.overflow),
    queue: around('queue', parts.queue),
    announce: around('announce', parts.announce),
    toolUsage: around('toolUsage', parts.toolUsage),
    store: around('budgets', rig.budgetStore),
    budgets,
    usage,
    findTenant: own.findTenant,
    left: own.left,
    executions: { ...parts.executions, wake: own.wake },
    openSessions: () => Promise.resolve(around('sessions', rig.sessions)),
    callModel: (async (request, context) => {
      if (context.bounds.deadline.signal.aborted) return budgeted(request, context);
      try {
        await own.keys();
      } catch (error) {
        return notMade(refusal(asAppError(error)));
      }
      return budgeted(request, context);
    }) satisfies Attempt,
  });
  return {
    outage,
    get paid() {
      return paid;
    },
  };
};

/** So many invocations are far more than any outage takes. */
const MOST = 400;

/**
 * Has a run worked on until it is over, however often it is suspended or its invocation fails; time goes by for what waits.
 * `at`: called before each invocation with how many there were.
 */
export const workThrough = async (
  rig: Rig,
  run: RunKey,
  outage: Outage,
  at: (nth: number) => void | Promise<void> = () => {},
) => {
  for (let nth = 0; nth < MOST; nth += 1) {
    await at(nth);
    let how: string | null = null;
    const invoking = rig.invoke(run).then(
      (is) => (how = is),
      (error: unknown) => {
        if (
          (error as { isUnrecoverableInvocation?: boolean; code?: string }).isUnrecoverableInvocation !== true &&
          (error as { code?: string }).code !== 'store-unavailable'
        )
          throw error;
        how = 'failed';
      },
    );
    for (let seen = outage.refusals; how === null;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (how !== null || outage.refusals === seen) continue;
      seen = outage.refusals;
      await rig.clock.advance(16_000);
    }
    await invoking;
    if (how === 'over') return nth + 1;
    if (how === 'failed') await rig.clock.advance(30_000);
    else await rig.clock.advance((rig.executionOf(run).delays.at(-1) ?? 1) * 1_000);
  }
  throw new Error('the run is never over');
};

/** What is left of a tenant's money and slots, and what all its attempts have cost. */
export const booksOf = async (rig: Rig) => {
  const { tenantId, clock, budgetStore, slotStore } = rig;
  const months = await budgetStore.months(tenantAccount(tenantId), '2026-01', monthOf(clock.now()));
  const held = await slotStore.held(tenantId, clock.now(), new AbortController().signal);
  return {
    reserved: months.flatMap(({ open }) => open).map(({ attemptId }) => attemptId),
    slots: [...held.values()],
    spent: months.reduce((all, { month }) => plus(all, month), ZERO),
  };
};
