import { afterEach, beforeEach, expect, it } from 'vitest';
import { createKeyCheck, type KeyCheck } from '../../../lib/model-call/keys/key-check.ts';
import { createAnthropic } from '../../../lib/providers/anthropic/anthropic.ts';
import { createFakeClock, type FakeClock } from '../../fake-clock.ts';
import { type HttpTarget, startHttpTarget } from '../../http-target.ts';

const KEY = { id: 'key-1', value: 'sk-ant-canary' };
let upstream: HttpTarget;
let clock: FakeClock;
let check: KeyCheck;
beforeEach(async () => {
  upstream = await startHttpTarget();
  clock = createFakeClock();
  check = createKeyCheck({ provider: createAnthropic({ baseUrl: upstream.url, clock }), clock });
});
afterEach(() => upstream.close());

it.each([
  [401, true],
  [403, true],
  [200, false],
  [404, false],
  [429, false],
  [500, false],
])('a key that is answered %i when it asks for the models is refused: %s', async (status, refused) => {
  upstream.script({ status });
  expect(await check.isRefused(KEY)).toBe(refused);
  expect(upstream.seen).toMatchObject([{ method: 'GET', path: '/v1/models?limit=1', body: '' }]);
  expect(upstream.seen[0]?.headers).not.toHaveProperty('anthropic-beta');
});

it('is asked once in ten seconds and key, however many want to know', async () => {
  await Promise.all(Array.from({ length: 100 }, () => check.isRefused(KEY)));
  await clock.advance(9_999);
  await check.isRefused(KEY);
  expect(upstream.seen).toHaveLength(1);
  await check.isRefused({ id: 'key-2', value: 'sk-ant-other' });
  expect(upstream.seen).toHaveLength(2);
  await clock.advance(1);
  await check.isRefused(KEY);
  expect(upstream.seen).toHaveLength(3);
});

it('says nothing against a key that the provider does not answer for, and waits three seconds for it', async () => {
  upstream.script('hang');
  const asked = check.isRefused(KEY);
  while (!upstream.hanging) await new Promise((done) => setImmediate(done));
  await clock.advance(3_000);
  expect(await asked).toBe(false);
  expect(clock.pending).toBe(0);
});
