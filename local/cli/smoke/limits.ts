import { cheapRun, expectStatus, expectThat, pause, Skipped, type Smoke, type SmokeCheck } from './check.ts';
import { modelOf, VERSION } from './gateway.ts';
import type { Reply, Stage } from './stage.ts';

/** One for all tests of a stage, so that they leave nothing else behind. */
const TENANT = '/admin/tenants/smoke';

/** By its name it is known the next time: a tenant of somebody else's is left as it is. */
const NAME = 'Smoke test';

const expectOwn = async (admin: Stage): Promise<void> => {
  const { status, json } = await admin.ask(TENANT);
  const isOwn = status === 404 || (json as { readonly name?: unknown } | undefined)?.name === NAME;
  expectThat(isOwn, `There is a tenant smoke that is not named ${NAME}: it is not touched.`);
};

/** A new key is known everywhere after ten seconds, a changed tenant after sixty. */
const KNOWN_S = 60;

/** Asks until the stage answers as it is to; until it knows the tenant as it is, it may answer otherwise. */
const until = async (smoke: Smoke, status: number, of: string, ask: () => Promise<Reply>): Promise<Reply> => {
  let reply = await ask();
  for (let waits = 0; waits < KNOWN_S && reply.status !== status; waits += 1) {
    await pause(smoke.clock, 1_000);
    reply = await ask();
  }
  expectStatus(reply, status, of);
  return reply;
};

const refusedBy = async (stage: Stage, smoke: Smoke): Promise<void> => {
  const body = await cheapRun(smoke);
  const ask = () => stage.ask('/agent/run', { body });
  const reply = await until(smoke, 402, 'A run of a tenant whose budget is 0', ask);
  expectThat(reply.code === 'budget-exceeded', `Its code is ${String(reply.code)}.`);
};

const limitedBy = async (stage: Stage, smoke: Smoke): Promise<void> => {
  const body = { model: await modelOf(smoke), messages: [{ role: 'user', content: 'x' }] };
  const ask = () => stage.ask('/v1/messages/count_tokens', { body, headers: VERSION });
  await ask();
  const second = await until(smoke, 429, 'The second request in a minute of a tenant that has one', ask);
  expectThat(second.headers.has('retry-after'), 'The 429 lacks retry-after.');
};

/** A tenant of its own is made, may nothing, and is suspended again. */
export const limits: SmokeCheck = {
  what: 'budgets and rates of a tenant refuse',
  async run(smoke) {
    const { admin } = smoke;
    if (admin === null) throw new Skipped('It takes --admin-key.');
    await expectOwn(admin);
    const settings = { name: NAME, dailyBudgetUsd: '0' };
    expectStatus(await admin.ask(TENANT, { method: 'PUT', body: settings }), 200, 'The making of a tenant');
    const made = await admin.ask(`${TENANT}/keys`, { body: { name: `smoke-${smoke.nonce}` } });
    expectStatus(made, 201, 'The making of a key');
    const { key, keyId } = made.json as { readonly key: string; readonly keyId: string };
    try {
      const stage = smoke.withKey(key);
      await refusedBy(stage, smoke);
      const one = { requestsPerMinute: 1 };
      expectStatus(await admin.ask(TENANT, { method: 'PATCH', body: one }), 200, 'The change of a tenant');
      await limitedBy(stage, smoke);
      return '402, and 429 with retry-after.';
    } finally {
      await admin.ask(`${TENANT}/keys/${keyId}`, { method: 'DELETE' });
      await admin.ask(TENANT, { method: 'PATCH', body: { status: 'suspended' } });
    }
  },
};
