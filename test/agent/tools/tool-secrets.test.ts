import { describe, expect, it } from 'vitest';
import { createToolSecrets } from '../../../lib/agent/tools/tool-secrets.ts';

const SECRETS = { shop: { description: 'API key of the shop' } };
const VALUE = 'sk-shop-"canary"-1';

const secretsOf = (value: string | null) => {
  const asked: string[] = [];
  const read = async () => (value === null ? Promise.reject(new Error('no value')) : value);
  const noting = (how: string) => () => {
    asked.push(how);
    return read();
  };
  const secrets = createToolSecrets({ secrets: SECRETS }, (name) => ({
    get: noting(name),
    refresh: noting(`${name} anew`),
  }));
  return { secrets, asked };
};

describe('the secrets that one call of a tool may know', () => {
  it('are those that it declares', async () => {
    const { secrets, asked } = secretsOf(VALUE);
    expect(await secrets.get('shop')).toBe(VALUE);
    expect(await secrets.refresh('shop')).toBe(VALUE);
    await expect(secrets.get('jwt')).rejects.toMatchObject({ code: 'internal' });
    await expect(secrets.get('constructor')).rejects.toMatchObject({ code: 'internal' });
    expect(asked).toEqual(['shop', 'shop anew']);
  });

  it('are named where they have no value', async () => {
    const { secrets } = secretsOf(null);
    await expect(secrets.get('shop')).rejects.toMatchObject({ name: 'SecretUnavailable' });
  });

  it('are removed from what it answers, as they are and inside JSON', async () => {
    const { secrets } = secretsOf(VALUE);
    expect(secrets.removeFrom(VALUE)).toBe(VALUE);
    await secrets.get('shop');
    expect(secrets.removeFrom(`key ${VALUE}, ${JSON.stringify({ key: VALUE })}`)).toBe(
      'key [SECRET], {"key":"[SECRET]"}',
    );
  });

  it('are taken without the white space around them, as a file that is uploaded ends with a new line', async () => {
    const { secrets } = secretsOf(`${VALUE}\r\n`);
    expect(await secrets.get('shop')).toBe(VALUE);
    expect(secrets.removeFrom(`sent ${VALUE}`)).toBe('sent [SECRET]');
    await expect(secretsOf(' \n').secrets.get('shop')).rejects.toMatchObject({ name: 'SecretUnavailable' });
  });

  it.each([
    [JSON.stringify({ SHOP: 'the-key' }), 'the-key'],
    [JSON.stringify({ TOOL_SECRET_SHOP: ' the-key ', note: 'x' }), 'the-key'],
    [JSON.stringify({ client: 'a', secret: 'b' }), JSON.stringify({ client: 'a', secret: 'b' })],
    [JSON.stringify({ shop: { key: 'a' } }), JSON.stringify({ shop: { key: 'a' } })],
    ['{not JSON', '{not JSON'],
  ])(
    'made as key and value under their own name are that value; any other JSON is the tool’s: %s',
    async (text, value) => {
      expect(await secretsOf(text).secrets.get('shop')).toBe(value);
    },
  );

  it('leave nothing of themselves where one contains the other', async () => {
    const values = [VALUE, `${VALUE}-rotated`];
    const read = async () => values.shift() ?? '';
    const secrets = createToolSecrets({ secrets: SECRETS }, () => ({ get: read, refresh: read }));
    await secrets.get('shop');
    await secrets.refresh('shop');
    expect(secrets.removeFrom(`${VALUE}-rotated`)).toBe('[SECRET]');
  });

  it('are left in it where they are so short that they are words', async () => {
    const shown = async (value: string) => {
      const { secrets } = secretsOf(value);
      await secrets.get('shop');
      return secrets.removeFrom(`a ${value} answer`);
    };
    expect(await shown('7-chars')).toBe('a 7-chars answer');
    expect(await shown('8-chars-')).toBe('a [SECRET] answer');
  });
});
