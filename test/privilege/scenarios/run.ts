import { reply, status, toolCalls } from '../../upstream/answers.ts';
import type { Stage } from '../stage.ts';
import { addTenant, endRests } from './administer.ts';
import { atATime, bookedTogether } from './booked-together.ts';
import { whileLedgerFails } from './failing-ledger.ts';
import { largeAnswer } from './large-answer.ts';

const CALCULATE = toolCalls([{ name: 'calculate', input: { expression: '6*7' } }]);
const DEAR = reply('dear', { usage: { input: 1_000_000 } });

/** So many open a circuit. */
const FAILURES = 5;

/** Synchronous runs: answered, replayed, cached, refused, with a key that is limited, and while a table is away. */
export const run = async (stage: Stage): Promise<void> => {
  const { ask, upstream, send, advance } = stage;
  const { key } = await addTenant(stage, 'runs');
  const post = (body: object, headers = {}, wanted = '2') => ask(key, `POST /agent/run ${wanted}`, body, headers);

  upstream.script('*', [CALCULATE, reply('42')]);
  const own = { task: 'What is 6 times 7?', userId: 'ada', metadata: { team: 'one' }, cache: 'use' };
  await post(own, { 'idempotency-key': 'one' });
  await post(own, { 'idempotency-key': 'one' });
  await post(own);
  // Each turn takes the place of the one before.
  upstream.script('*', [reply('hello')]);
  for (const task of ['Hello.', 'And?']) await post({ task, sessionId: 'chat' }, { 'idempotency-key': task });
  await ask(key, 'DELETE /sessions/chat');
  // What is refused gives its key back.
  await post({ agent: 'nobody', task: 'a' }, { 'idempotency-key': 'refused' }, '400');

  upstream.script('*', [status(429, { headers: { 'retry-after': '60' } }), reply('by the other key')]);
  await post({ task: 'Limited.' });
  await endRests(stage);
  advance(600_000);
  upstream.script('*', [status(500)]);
  for (let failed = 0; failed < FAILURES; failed += 1) await post({ task: 'Fails.' }, {}, '*');
  // Its break is over.
  advance(70_000);
  await ask('', 'GET /health *');
  await send('probe-dependencies');
  advance(600_000);
  upstream.script('*', [reply('well again')]);
  for (const task of ['d', 'e', 'f']) await post({ task });
  const beside = () => ask(key, 'POST /agent/run', { task: 'Beside others.' }, {}, { aside: true });
  await bookedTogether(stage, 'run-agent', () => atATime(beside));

  const { key: poor } = await addTenant(stage, 'poor', { dailyBudgetUsd: '0.5', monthlyBudgetUsd: '0.5' });
  const { key: poorer } = await addTenant(stage, 'poorer', { dailyBudgetUsd: '0.000001' });
  await ask(poorer, 'POST /agent/run 402', { task: 'Too dear.' });
  upstream.script('*', [DEAR]);
  await ask(poor, 'POST /agent/run', { task: 'Dear.' });
  await ask(poor, 'POST /agent/run 402', { task: 'Too dear.' });

  // An answer that fills more than an item.
  upstream.script('*', [largeAnswer]);
  for (let asked = 0; asked < 2; asked += 1) await post({ task: 'Much.' }, { 'idempotency-key': 'much' });
  await ask(key, 'POST /agent/runs 422', { task: 'Much.' }, { 'idempotency-key': 'much' });

  upstream.script('*', [reply('parked')]);
  await whileLedgerFails(stage, 'run-agent', 'until parked', () => post({ task: 'Parked.', userId: 'ada' }));
  await whileLedgerFails(stage, 'run-agent', 'throughout', () => post({ task: 'Parked for long.' }, {}, '*'));
};
