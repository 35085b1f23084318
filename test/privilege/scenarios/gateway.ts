import { reply, status } from '../../upstream/answers.ts';
import { gatedHeaders } from '../../upstream/broken.ts';
import { createGate } from '../../upstream/gate.ts';
import type { Stage } from '../stage.ts';
import { addTenant } from './administer.ts';
import { atATime, bookedTogether } from './booked-together.ts';
import { whileLedgerFails } from './failing-ledger.ts';
import { largeAnswer } from './large-answer.ts';

const message = (content: string, more: object = {}) => ({
  model: 'claude-sonnet-5-5',
  max_tokens: 100,
  messages: [{ role: 'user', content }],
  ...more,
});

/** What clients of the Anthropic API ask. */
export const gateway = async (stage: Stage): Promise<void> => {
  const { ask, upstream, advance } = stage;
  const { key } = await addTenant(stage, 'gateway');
  const post = (body: object, headers = {}, wanted = '2') => ask(key, `POST /v1/messages ${wanted}`, body, headers);

  upstream.script('*', [reply('hello')]);
  const own = message('Hello.', { metadata: { user_id: 'ada' } });
  for (let asked = 0; asked < 2; asked += 1) await post(own, { 'idempotency-key': 'one' });
  await post({ ...own, stream: true });
  // With the name of its end user.
  await ask(key, 'GET /usage/calls');
  await post(message('a', { model: 'nobody' }), { 'idempotency-key': 'refused' }, '4');
  upstream.script('*', [status(429, { headers: { 'retry-after': '60' } }), reply('by the other key')]);
  await post(message('Limited.'));
  advance(600_000);
  upstream.script('*', [status(500)]);
  for (const content of ['a', 'b', 'c']) await post(message(content), { 'idempotency-key': content }, '*');
  await ask(key, 'POST /v1/messages/count_tokens *', { model: 'claude-sonnet-5-5', messages: own.messages });
  advance(600_000);
  upstream.script('*', [reply('well again')]);
  for (const content of ['d', 'e', 'f']) await post(message(content));
  const beside = () => ask(key, 'POST /v1/messages', message('Beside others.'), {}, { aside: true });
  await bookedTogether(stage, 'messages', () => atATime(beside));

  const { key: poor } = await addTenant(stage, 'poor-gateway', { dailyBudgetUsd: '0.5', monthlyBudgetUsd: '0.5' });
  const { key: poorer } = await addTenant(stage, 'poorer-gateway', { dailyBudgetUsd: '0.000001' });
  await ask(poorer, 'POST /v1/messages 402', message('Too dear.'));
  upstream.script('*', [reply('dear', { usage: { input: 1_000_000 } })]);
  await ask(poor, 'POST /v1/messages', message('Dear.'));
  await ask(poor, 'POST /v1/messages 402', message('Too dear.'));

  upstream.script('*', [largeAnswer]);
  for (let asked = 0; asked < 2; asked += 1) await post(own, { 'idempotency-key': 'much' });

  // One that finds no slot.
  const { key: busy } = await addTenant(stage, 'busy-gateway', { maxConcurrentRuns: 1 });
  const gate = createGate();
  upstream.script('*', [gatedHeaders(gate, reply('first')), reply('second')]);
  const first = ask(busy, 'POST /v1/messages', own, {}, { aside: true });
  await gate.reached;
  await ask(busy, 'POST /v1/messages 429', own, {}, { aside: true });
  gate.open();
  await first;

  upstream.script('*', [reply('parked')]);
  await whileLedgerFails(stage, 'messages', 'until parked', () => post(own));

  await ask(key, 'POST /v1/messages/count_tokens', { model: 'claude-sonnet-5-5', messages: own.messages });
  await ask(key, 'GET /v1/models');
};
