import { expect, it } from 'vitest';
import { bookedName, pseudonymOf } from '../../lib/kernel/ids/pseudonym.ts';
import { adminOnFakes } from './admin-parts.ts';

const stageWithAcme = async () => {
  const { stage, ask, lines } = adminOnFakes();
  await ask('PUT /admin/tenants/acme', {});
  stage.calls.length = 0;
  return { stage, ask, lines };
};

it('an erasure is audited, then begun, and answered with the pseudonym; neither says who it is', async () => {
  const { stage, ask, lines } = await stageWithAcme();
  const { status, body } = await ask('DELETE /admin/tenants/acme/users/ada@example.org');
  const pseudonym = bookedName(pseudonymOf('ada@example.org'));
  expect([status, body]).toEqual([202, { tenantId: 'acme', pseudonym }]);
  expect(stage.calls).toEqual(['audit.user.erased', 'erasures.add']);
  expect(stage.entries.at(-1)).toMatchObject({ action: 'user.erased', target: `acme/${pseudonym}`, changes: {} });
  expect(stage.erasures).toMatchObject([{ tenantId: 'acme', user: pseudonymOf('ada@example.org'), part: 'runs' }]);
  expect(JSON.stringify([stage.entries, stage.erasures, lines])).not.toContain('ada');
});

it.each([
  ['plain', 'ada', 'ada'],
  ['with a slash, encoded', 'a%2Fb', 'a/b'],
  ['with slashes as they are', 'a/b/c', 'a/b/c'],
  ['with a percent sign', '50%25', '50%'],
  ['that looks encoded itself', 'a%2541', 'a%41'],
  ['of any alphabet', encodeURIComponent('Zoë 🦉+&?#'), 'Zoë 🦉+&?#'],
])('a user id %s is the one that was sent', async (_title, sent, userId) => {
  const { stage, ask } = await stageWithAcme();
  expect((await ask(`DELETE /admin/tenants/acme/users/${sent}`)).status).toBe(202);
  expect(stage.erasures.map(({ user }) => user)).toEqual([pseudonymOf(userId)]);
});

it('a tenant may be called as the part of the path before a user id', async () => {
  const { stage, ask } = await stageWithAcme();
  await ask('PUT /admin/tenants/users', {});
  await ask('DELETE /admin/tenants/users/users/a%2541');
  await ask('DELETE /admin/tenants/users/users/users/a%2541');
  expect(stage.erasures.map(({ user }) => user)).toEqual([pseudonymOf('a%41'), pseudonymOf('users/a%41')]);
});

it('a gateway that hands a path over as it was sent is understood too', async () => {
  const { stage, ask } = await stageWithAcme();
  const pathParameters = { tenantId: 'acme', userId: 'a%2Fb%40c' };
  await ask('DELETE /admin/tenants/acme/users/a%2Fb%40c', undefined, { pathParameters });
  expect(stage.erasures.map(({ user }) => user)).toEqual([pseudonymOf('a/b@c')]);
});

it.each([
  ['an id of 257 characters', `acme/users/${'x'.repeat(257)}`, 400, 'userId'],
  ['NUL', 'acme/users/a%00b', 400, 'userId'],
  ['a tenant that is not there', 'nobody/users/ada', 404, undefined],
  ['what can be no tenant', 'No_One/users/ada', 400, 'tenantId'],
])('%s is refused, and nothing is begun', async (_title, target, refused, at) => {
  const { stage, ask } = await stageWithAcme();
  const { status, body } = await ask(`DELETE /admin/tenants/${target}`);
  expect([status, (body['errors'] as { path: string }[] | undefined)?.[0]?.path]).toEqual([refused, at]);
  expect(stage.calls).toEqual([]);
});

it('what cannot be audited is not erased', async () => {
  const { stage, ask } = await stageWithAcme();
  stage.auditFails = new Error('full');
  expect((await ask('DELETE /admin/tenants/acme/users/ada')).status).toBe(500);
  expect(stage.erasures).toEqual([]);
});

it('asked for again, it begins again', async () => {
  const { stage, ask } = await stageWithAcme();
  for (const _ of [1, 2]) expect((await ask('DELETE /admin/tenants/acme/users/ada')).status).toBe(202);
  expect(stage.erasures).toHaveLength(2);
});
