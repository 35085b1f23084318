import { reply, toolCalls } from '../../upstream/answers.ts';
import type { Stage } from '../stage.ts';
import { addTenant } from './administer.ts';
import { runsOf } from './long-runs.ts';

/** Tools that need a secret, in runs of both kinds; one of them only after a person has agreed. */
export const toolSecrets = async (stage: Stage): Promise<void> => {
  const { ask, upstream } = stage;
  const tenant = await addTenant(stage, 'shop');
  const { submit, until, toolUseOf } = runsOf(stage, tenant);
  const find = toolCalls([{ name: 'find_order', input: {} }]);

  upstream.script('*', [find, reply('Found.')]);
  await ask(tenant.key, 'POST /agent/run', { agent: 'shopper', task: 'Find.' });
  await ask(tenant.key, 'POST /agent/run 409', { agent: 'cashier', task: 'Cash.' });
  upstream.script('*', [find, reply('Found.')]);
  await until(await submit({ agent: 'shopper', task: 'Find.' }));
  upstream.script('*', [toolCalls([{ name: 'open_till', input: {} }]), reply('Open.')]);
  const held = await submit({ agent: 'cashier', task: 'Cash.' });
  await until(held, 'awaiting_approval');
  await ask(tenant.key, `POST /agent/runs/${held}/approvals/${await toolUseOf(held)}`, { decision: 'approve' });
  await until(held);
};
