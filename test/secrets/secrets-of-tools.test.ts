import { expect, it } from 'vitest';
import { toolSecrets } from '../../lib/app/tool-secrets.ts';
import { loadConfig } from '../../lib/config.ts';
import { createFakeClock } from '../fake-clock.ts';

it('a secret of tools is read below the prefix of the stage, once for all tools, and each by its name', async () => {
  const asked: string[] = [];
  const read = async (secretId: string) => (asked.push(secretId), `value of ${secretId}`);
  const config = loadConfig({ TOOL_SECRETS_PREFIX: 'ballast/dev/tools/' });
  const secretOf = toolSecrets(config, { clock: createFakeClock(), secrets: { read, readOptional: read } });
  expect(await secretOf('shop').get()).toBe('value of ballast/dev/tools/shop');
  expect(await secretOf('shop').get()).toBe('value of ballast/dev/tools/shop');
  expect(await secretOf('crm').get()).toBe('value of ballast/dev/tools/crm');
  expect(asked).toEqual(['ballast/dev/tools/shop', 'ballast/dev/tools/crm']);
});
