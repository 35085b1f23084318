import { monthOf, tenantAccount } from '../../../lib/budget/account.ts';
import { OPEN } from '../../../lib/budget/item.ts';
import { MAX_OPEN } from '../../../lib/budget/store.ts';
import { n } from '../../../lib/dynamodb/attributes.ts';
import { neverAnswer, reply } from '../../upstream/answers.ts';
import { gatedHeaders } from '../../upstream/broken.ts';
import { createGate } from '../../upstream/gate.ts';
import type { Stage } from '../stage.ts';
import { addTenant } from './administer.ts';
import { atATime, bookedTogether, CALLS } from './booked-together.ts';
import { runsOf } from './long-runs.ts';

const ASIDE = { aside: true };
const message = { model: 'claude-sonnet-5-5', max_tokens: 100, messages: [{ role: 'user', content: 'Hello.' }] };

/** Calls that are given up as lost while they are under way: their owner finds that on the books. */
export const lateOwners = async (stage: Stage): Promise<void> => {
  const { ask, upstream, send, advance } = stage;
  const tenant = await addTenant(stage, 'late');
  const { submit, until } = runsOf(stage, tenant);
  const whileLost = async (act: () => Promise<unknown>) => {
    const gate = createGate();
    upstream.script('*', [gatedHeaders(gate, reply('late'))]);
    const acted = act();
    await gate.reached;
    advance(3_600_000);
    await send('reconcile-budgets', {}, ASIDE);
    gate.open();
    await acted;
  };
  await whileLost(() => ask(tenant.key, 'POST /agent/run *', { task: 'Hello.' }));
  await whileLost(() => ask(tenant.key, 'POST /v1/messages *', message));
  const runId = await submit({ task: 'Hello.' });
  await whileLost(() => until(runId));
};

/** Several calls of a process that was killed, of which the reconciler books some at a time. */
export const lostTogether = async (stage: Stage): Promise<void> => {
  const { ask, upstream, send, advance, abandoned } = stage;
  const { key } = await addTenant(stage, 'lost-together');
  upstream.script('*', [neverAnswer()]);
  await bookedTogether(stage, 'reconcile-budgets', async () => {
    const before = upstream.requests.length;
    void atATime(async () => void abandoned.push(ask(key, 'POST /v1/messages *', message, {}, ASIDE)));
    await upstream.seen(before + CALLS);
    advance(3_600_000);
    await send('reconcile-budgets');
  });
};

/** A worker that dies while its call is paid for, so that nobody knows what became of it; another goes on. */
export const killedWorkers = async (stage: Stage): Promise<void> => {
  const { aws, upstream, advance } = stage;
  const { submit, until } = runsOf(stage, await addTenant(stage, 'worked'));
  upstream.script('*', [reply('paid'), reply('paid again')]);
  const asked = upstream.requests.length;
  let checkpoints = 0;
  aws.before(({ by, action }) => {
    if (by !== 'execute-run' || upstream.requests.length === asked || checkpoints >= 3) return false;
    if (action === 'lambda:CheckpointDurableExecution') checkpoints += 1;
    // Nobody tries for so long.
    advance(3_600_000);
    return true;
  });
  await until(await submit({ task: 'Hello.' }));
  aws.before(() => false);
};

/** A call of which no account holds anything, because too many are under way, and whose process dies. */
export const unheldCalls = async (stage: Stage): Promise<void> => {
  const { ask, upstream, send, advance, abandoned, stores, clock } = stage;
  const noLimits = { dailyBudgetUsd: null, monthlyBudgetUsd: null, userDailyBudgetUsd: null };
  const { key, tenantId } = await addTenant(stage, 'crowded', noLimits);
  upstream.script('*', [reply('hello')]);
  await ask(key, 'POST /agent/run', { task: 'Hello.' });
  const account = { pk: tenantAccount(tenantId).pk, sk: monthOf(clock.now()) };
  await stores.ledger.update(account, { set: { [OPEN]: n(MAX_OPEN) } }, { has: [OPEN] });
  const before = upstream.requests.length;
  upstream.script('*', [neverAnswer()]);
  abandoned.push(ask(key, 'POST /agent/run *', { task: 'Hello.' }, {}, ASIDE));
  await upstream.seen(before + 1);
  advance(3_600_000);
  await send('reconcile-budgets');
};
