import { afterAll, beforeAll, expect, it } from 'vitest';
import { bodyOf, type Caller, type Fleet, startFleet } from '../api/fleet.ts';
import { reply, status } from '../upstream/answers.ts';
import { paidOf, post, question } from './ask.ts';
import { readError } from './envelope.ts';

let fleet: Fleet;
let [one, other]: Caller[] = [];
beforeAll(async () => {
  fleet = await startFleet({ ANTHROPIC_API_KEY: '{"ANTHROPIC_API_KEY":" key-1\\n"}', CIRCUIT_FAILURE_THRESHOLD: '5' });
  [one, other] = [await fleet.addTenant(), await fleet.addTenant()];
});
afterAll(() => fleet[Symbol.asyncDispose]());

const ask = async (caller: Caller | undefined, over: object = {}, headers: Readonly<Record<string, string>> = {}) => {
  const before = paidOf(fleet.upstream.requests).length;
  const response = await post(caller!, question(over), { headers });
  const attempts = () => paidOf(fleet.upstream.requests).length - before;
  return { response, attempts };
};
const rests = async () => (await bodyOf(await adminOf('/admin/rests')))['rests'] as { name: string; until: string }[];
const adminOf = (target: string, method = 'GET') =>
  fleet.servers[1].ask(target, { method, headers: { 'x-api-key': 'ballast-dev-admin-key' } });

it('a key in a key/value secret is found', async () => {
  fleet.upstream.script('*', [reply('ok')]);
  expect((await ask(one)).response.status).toBe(200);
  expect(fleet.upstream.requests.at(-1)?.headers['authorization']).toBe('Bearer key-1');
});

it('a limit of fast requests leaves all others alone, is seen by an operator, and ended by one', async () => {
  const model = 'claude-opus-5-5';
  fleet.upstream.script('*', [status(429, { headers: { 'retry-after': '60' } }), reply('ok')]);
  const fast = await ask(one, { model, speed: 'fast' });
  expect([fast.response.status, fast.response.headers.get('retry-after'), fast.attempts()]).toEqual([429, '60', 1]);
  for (const caller of [one, other]) expect((await ask(caller, { model })).response.status).toBe(200);
  const again = await ask(other, { model, speed: 'fast' });
  expect([again.response.status, again.attempts()]).toEqual([429, 0]);

  const [rest] = await rests();
  expect(rest).toMatchObject({ model, kind: 'fast' });
  expect(rest?.name).not.toContain('key-1');
  expect((await adminOf(`/admin/rests/${rest?.name}`, 'DELETE')).status).toBe(204);
  expect(await rests()).toEqual([]);
  expect((await adminOf(`/admin/rests/${rest?.name}`, 'DELETE')).status).toBe(404);
});

it('a refusal that should not be repeated is not, and the client reads the provider’s own words', async () => {
  const message = 'Extra usage is required for long context requests.';
  fleet.upstream.script('*', [status(429, { message, headers: { 'x-should-retry': 'false' } })]);
  const { response, attempts } = await ask(one);
  const error = await readError(response);
  expect([error.status, error.type, error.message, attempts()]).toEqual([429, 'rate_limit_error', message, 1]);
  expect(error.headers.get('retry-after')).toBeNull();
  expect(error.headers.get('x-should-retry')).toBe('false');
});

it('what the account may not do is the client’s to know, and what the account owes is not', async () => {
  const message = 'Your organization does not have access to the requested beta: not-for-you-2026-01-01.';
  fleet.upstream.script('*', [status(403, { message })]);
  const forbidden = await ask(one, {}, { 'anthropic-beta': 'not-for-you-2026-01-01' });
  const told = await readError(forbidden.response);
  expect([told.status, told.type, told.message, forbidden.attempts()]).toEqual([403, 'permission_error', message, 1]);

  const words = 'Your credit balance is too low to access the Anthropic API. Please purchase credits.';
  fleet.upstream.script('*', [status(400, { message: words })]);
  const owing = await readError((await ask(one)).response);
  expect([owing.status, owing.type]).toEqual([502, 'api_error']);
  expect(owing.message).not.toContain('credit');
  fleet.upstream.script('*', [status(400, { message: `messages.0.${words}: Extra inputs are not permitted` })]);
  expect((await ask(one)).response.status).toBe(400);
});

it('a request that always fails takes the model from nobody whose calls succeed', async () => {
  fleet.upstream.script('*', [reply('ok')]);
  for (let call = 0; call < 3; call += 1) await ask(other);
  fleet.upstream.script('*', [status(500)]);
  for (let call = 0; call < 12; call += 1) expect((await ask(one)).response.status).toBe(502);
  fleet.upstream.script('*', [reply('ok')]);
  expect((await ask(other)).response.status).toBe(200);
});
