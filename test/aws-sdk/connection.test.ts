import { describe, expect, it } from 'vitest';
import { connectionIn } from '../../lib/aws-sdk/connection.ts';

/** As a function finds it. */
const FUNCTION = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'ASIAEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'token',
};

const credentialsOf = ({ credentials }: ReturnType<typeof connectionIn>) =>
  typeof credentials === 'function' ? credentials() : Promise.resolve(credentials);

describe('what the environment says of a connection', () => {
  it('is region and credentials in a function, and the SDK knows the endpoint', async () => {
    const connection = connectionIn(FUNCTION, 'secretsmanager');
    expect(connection).toEqual({ region: 'eu-west-1', credentials: expect.any(Function) as unknown });
    expect(await credentialsOf(connection)).toEqual({
      accessKeyId: 'ASIAEXAMPLE',
      secretAccessKey: 'secret',
      sessionToken: 'token',
    });
  });

  it.each(['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'])('leaves credentials to the SDK without %s', (name) => {
    expect(connectionIn({ ...FUNCTION, [name]: undefined }, 'dynamodb')).toEqual({ region: 'eu-west-1' });
    expect(connectionIn({ ...FUNCTION, [name]: '' }, 'dynamodb')).toEqual({ region: 'eu-west-1' });
  });

  it('leaves credentials to the SDK where there is a profile, and the region where none is named', () => {
    expect(connectionIn({ ...FUNCTION, AWS_PROFILE: 'other' }, 'dynamodb')).toEqual({ region: 'eu-west-1' });
    expect(connectionIn({}, 'dynamodb')).toEqual({});
  });

  it('names the endpoint of this service before that of all, and neither where they are to be ignored', () => {
    const env = { ...FUNCTION, AWS_ENDPOINT_URL: 'http://all', AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:8000' };
    expect(connectionIn(env, 'dynamodb').endpoint).toBe('http://127.0.0.1:8000');
    expect(connectionIn(env, 'secretsmanager').endpoint).toBe('http://all');
    const ignoring = { ...env, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' };
    expect(connectionIn(ignoring, 'dynamodb').endpoint).toBeUndefined();
  });

  it('has no token where the credentials are one’s own', async () => {
    const own = await credentialsOf(connectionIn({ ...FUNCTION, AWS_SESSION_TOKEN: '' }, 'dynamodb'));
    expect(own).toEqual({ accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret' });
  });

  it('has the credentials that stand there now, the same object while they are the same, the last ones once they are gone', async () => {
    const env: Record<string, string> = { ...FUNCTION };
    const connection = connectionIn(env, 'dynamodb');
    const first = await credentialsOf(connection);
    expect(await credentialsOf(connection)).toBe(first);
    env['AWS_SESSION_TOKEN'] = 'next';
    const second = await credentialsOf(connection);
    expect(second).toMatchObject({ sessionToken: 'next' });
    env['AWS_ACCESS_KEY_ID'] = '';
    expect(await credentialsOf(connection)).toBe(second);
  });
});
