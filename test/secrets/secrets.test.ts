import { expect, it } from 'vitest';
import { isSecretMissing } from '../../lib/secrets/missing-secret.ts';
import { parseProviderKeys } from '../../lib/secrets/provider-keys.ts';
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

it.each([
  ['has no value', { name: 'ResourceNotFoundException' }, true],
  ['is being deleted', { name: 'InvalidRequestException' }, true],
  ['may not be read', { name: 'AccessDeniedException' }, false],
  ['cannot be decrypted now', { name: 'DecryptionFailure' }, false],
  ['does not answer', { name: 'ThrottlingException' }, false],
])('a secret that %s is missing or away: %j', async (_title, how, isMissing) => {
  const read = () => Promise.reject(Object.assign(new Error('scripted'), how));
  const secrets = createSecrets({ reader: { read, readOptional: read }, clock: createFakeClock(), emit: () => {} });
  const error: unknown = await secrets
    .open('a')
    .get()
    .catch((caught: unknown) => caught);
  expect(isSecretMissing(error)).toBe(isMissing);
});

it('a secret of a form that is not understood is missing', async () => {
  const read = async () => '[]';
  const secrets = createSecrets({ reader: { read, readOptional: read }, clock: createFakeClock(), emit: () => {} });
  const error: unknown = await secrets
    .open('a', { check: parseProviderKeys })
    .get()
    .catch((caught: unknown) => caught);
  expect(isSecretMissing(error)).toBe(true);
});
