import { expect, it } from 'vitest';
import { createSecrets } from '../../lib/secrets/secrets.ts';
import { createFakeClock } from '../fake-clock.ts';

it('a secret is read once for all who open it, and each by its own name', async () => {
  const asked: string[] = [];
  const read = async (secretId: string) => (asked.push(secretId), `value of ${secretId}`);
  const secrets = createSecrets({ reader: { read, readOptional: read }, clock: createFakeClock(), emit: () => {} });
  expect(await secrets.open('ballast/dev/tools/shop').get()).toBe('value of ballast/dev/tools/shop');
  expect(await secrets.open('ballast/dev/tools/shop').get()).toBe('value of ballast/dev/tools/shop');
  expect(await secrets.open('ballast/dev/tools/crm').get()).toBe('value of ballast/dev/tools/crm');
  expect(asked).toEqual(['ballast/dev/tools/shop', 'ballast/dev/tools/crm']);
});
