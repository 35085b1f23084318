import { neverAnswer, reply } from '../../upstream/answers.ts';
import { gatedHeaders } from '../../upstream/broken.ts';
import { createGate } from '../../upstream/gate.ts';
import type { Stage } from '../stage.ts';
import { addTenant } from './administer.ts';
import { largeAnswer } from './large-answer.ts';
import { runsOf } from './long-runs.ts';

const ASIDE = { aside: true };

/** Sessions whose holder was killed, each found by another function. */
export const lostHolders = async (stage: Stage): Promise<void> => {
  const { ask, aws, upstream, advance, abandoned } = stage;
  const tenant = await addTenant(stage, 'killed');
  const { key } = tenant;
  const { submit, until } = runsOf(stage, tenant);
  upstream.script('*', [reply('hello')]);
  for (const sessionId of ['a', 'b', 'c']) await ask(key, 'POST /agent/run', { task: 'Hello.', sessionId });
  const before = upstream.requests.length;
  upstream.script('*', [neverAnswer()]);
  for (const sessionId of ['a', 'b', 'c'])
    abandoned.push(ask(key, 'POST /agent/run *', { task: 'Hello.', sessionId }, {}, ASIDE));
  await upstream.seen(before + 3);
  advance(3_600_000);
  upstream.script('*', [reply('hello')]);
  await ask(key, 'POST /agent/run', { task: 'Hello.', sessionId: 'a' });
  await until(await submit({ task: 'Hello.', sessionId: 'b' }));
  // Killed after its row was written, and before it could give the session back.
  for (const next of [
    () => ask(key, 'POST /agent/run', { task: 'And?', sessionId: 'd' }),
    async () => until(await submit({ task: 'And?', sessionId: 'd' })),
  ]) {
    const asked = upstream.requests.length;
    upstream.script('*', [largeAnswer]);
    aws.before(
      ({ by, action, leadingKeys }) =>
        by === 'run-agent' &&
        action === 'dynamodb:GetItem' &&
        String(leadingKeys).startsWith('session#') &&
        upstream.requests.length > asked,
    );
    await ask(key, 'POST /agent/run *', { task: 'Much.', sessionId: 'd' });
    aws.before(() => false);
    upstream.script('*', [reply('hello')]);
    await next();
  }
  await ask(key, 'GET /sessions');
  await ask(key, 'GET /sessions/c');
  await ask(key, 'DELETE /sessions/c');
};

/** A run that waits for its session, and then for a slot. */
export const successors = async (stage: Stage): Promise<void> => {
  const { ask, upstream } = stage;
  const tenant = await addTenant(stage, 'busy', { maxConcurrentRuns: 2 });
  const { submit, until } = runsOf(stage, tenant);
  const gate = createGate();
  upstream.script('*', [gatedHeaders(gate, reply('first')), reply('second')]);
  const first = ask(tenant.key, 'POST /agent/run', { task: 'Hello.', sessionId: 'a' });
  await gate.reached;
  const second = await submit({ task: 'And?', sessionId: 'a' }, '2', {}, ASIDE);
  gate.open();
  await first;
  await until(second);
};
