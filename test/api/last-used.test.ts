import { afterAll, beforeAll, expect, it } from 'vitest';
import { type FleetOfOne, startFleetOfOne } from './fleet.ts';

let fleet: FleetOfOne;
beforeAll(async () => {
  fleet = await startFleetOfOne();
});
afterAll(() => fleet[Symbol.asyncDispose]());

interface Listed {
  readonly keys: readonly { readonly keyId: string; readonly lastUsedAt: string | null }[];
}

it('a list of keys says in which hour each was last used, or that it was not', async () => {
  const caller = await fleet.addTenant();
  const listed = async () =>
    ((await fleet.administer('GET', `/admin/tenants/${caller.tenantId}/keys`)) as unknown as Listed).keys;
  expect((await listed()).map(({ lastUsedAt }) => lastUsedAt)).toEqual([null]);
  const before = Date.now();
  expect((await caller.ask('/v1/models')).status).toBe(200);
  // It is written after the answer.
  await expect.poll(async () => (await listed())[0]?.lastUsedAt ?? null).not.toBeNull();
  const [{ lastUsedAt } = { lastUsedAt: null }] = await listed();
  const hour = Date.parse(lastUsedAt ?? '');
  expect(hour % 3_600_000).toBe(0);
  expect(hour).toBeGreaterThan(before - 3_600_000);
});
