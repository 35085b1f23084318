import { keyOf } from '../../../lib/dynamodb/attributes.ts';
import { headKey } from '../../../lib/usage/reports/rollups/rollup-item.ts';
import { reply } from '../../upstream/answers.ts';
import type { Stage } from '../stage.ts';
import { addTenant } from './administer.ts';
import { runsOf } from './long-runs.ts';

/** An end user of whom there is something everywhere, and then nothing. */
export const erasure = async (stage: Stage): Promise<void> => {
  const { ask, adminKey, upstream, send, advance, stores, clock } = stage;
  const tenant = await addTenant(stage, 'erased');
  const { key, tenantId } = tenant;
  const { submit, until } = runsOf(stage, tenant);
  upstream.script('*', [reply('hello')]);
  const own = { task: 'Hello.', userId: 'ada', metadata: { team: 'one' } };
  await ask(key, 'POST /agent/run', { ...own, cache: 'use' }, { 'idempotency-key': 'one' });
  await ask(key, 'POST /agent/run', { ...own, sessionId: 'a' }, { 'idempotency-key': 'two' });
  await until(await submit({ ...own, sessionId: 'a' }, '2', { 'idempotency-key': 'three' }));
  const message = {
    model: 'claude-sonnet-5-5',
    max_tokens: 100,
    metadata: { user_id: 'ada' },
    messages: [{ role: 'user', content: 'Hello.' }],
  };
  await ask(key, 'POST /v1/messages', message, { 'idempotency-key': 'four' });
  // What a writer of rollups has left that was killed.
  const part = { pk: `rollup#${tenantId}#cell`, sk: `${headKey(clock.now())}#v000000001#killed#0001` };
  await stores.ledger.put(keyOf(part));
  advance(4 * 3_600_000);
  await send('reconcile-budgets');
  await ask(adminKey, `DELETE /admin/tenants/${tenantId}/users/ada`);
  for (let hours = 0; hours < 30; hours += 1) {
    advance(3_600_000);
    await send('sweep-runs');
  }
};
