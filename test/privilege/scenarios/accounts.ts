import { reply } from '../../upstream/answers.ts';
import type { Stage } from '../stage.ts';
import { addTenant } from './administer.ts';

/** Reports, and what is done with the books each minute. */
export const accounts = async (stage: Stage): Promise<void> => {
  const { ask, send, adminKey, advance, outside, upstream } = stage;
  const { key } = await addTenant(stage, 'reader');
  await ask(key, 'GET /caller');
  await ask(key, 'GET /agents');
  // Who cannot be told of a threshold is told later.
  const { key: spender } = await addTenant(stage, 'spender', { dailyBudgetUsd: '3' });
  upstream.script('*', [reply('dear', { usage: { input: 1_000_000 } })]);
  await ask(spender, 'POST /agent/run', { task: 'Dear.' });
  outside.isDown = true;
  await send('reconcile-budgets');
  outside.isDown = false;
  await send('reconcile-budgets');
  advance(2 * 86_400_000);
  await send('reconcile-budgets');
  for (const groupBy of ['day', 'tool', 'user']) await ask(key, `GET /usage?groupBy=${groupBy}`);
  await ask(adminKey, 'GET /admin/usage');
  await ask(key, 'GET /usage/budget');
  for (const groupBy of ['key', 'user']) await ask(key, `GET /usage/budget?groupBy=${groupBy}`);
  await ask(adminKey, 'GET /admin/tenants/reader/budget');
  await ask('', 'GET /health *');
  await send('probe-dependencies');
  stage.anew('health');
  await ask('', 'GET /health *');
};
