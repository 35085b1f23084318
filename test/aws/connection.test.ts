import { describe, expect, it } from 'vitest';
import { connectionOf } from '../../lib/aws/connection.ts';

/** As a function finds it. */
const FUNCTION = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'ASIAEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'token',
};

const endpointIn = (AWS_REGION: string) => connectionOf({ ...FUNCTION, AWS_REGION }, 'dynamodb')?.endpoint ?? null;

describe('what the environment says of a connection', () => {
  it('is all that a function needs', () => {
    expect(connectionOf(FUNCTION, 'secretsmanager')).toMatchObject({
      endpoint: 'https://secretsmanager.eu-west-1.amazonaws.com',
      region: 'eu-west-1',
      credentials: { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' },
    });
  });

  it.each([
    ['us-east-1', 'https://dynamodb.us-east-1.amazonaws.com'],
    ['ap-southeast-5', 'https://dynamodb.ap-southeast-5.amazonaws.com'],
    ['ap-northeast-1', 'https://dynamodb.ap-northeast-1.amazonaws.com'],
    ['us-gov-west-1', 'https://dynamodb.us-gov-west-1.amazonaws.com'],
    ['cn-north-1', 'https://dynamodb.cn-north-1.amazonaws.com.cn'],
    ['us-iso-east-1', null],
    ['eu-isoe-west-1', null],
    ['eusc-de-east-1', null],
    ['evil.example/#-1', null],
  ])('is in %s at %s', (region, endpoint) => {
    expect(endpointIn(region)).toBe(endpoint);
  });

  it.each(['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'])('is not enough without %s', (name) => {
    expect(connectionOf({ ...FUNCTION, [name]: undefined }, 'dynamodb')).toBeNull();
    expect(connectionOf({ ...FUNCTION, [name]: '' }, 'dynamodb')).toBeNull();
  });

  it.each([
    'AWS_PROFILE',
    'AWS_USE_FIPS_ENDPOINT',
    'AWS_USE_DUALSTACK_ENDPOINT',
    'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
  ])('is not enough beside %s, which leads elsewhere', (name) => {
    expect(connectionOf({ ...FUNCTION, [name]: 'true' }, 'dynamodb')).toBeNull();
  });

  it.each(['http://localhost:8000/base', 'localhost:8000', 'nothing', 'ftp://localhost'])(
    'leaves an endpoint like %s to the SDK',
    (endpoint) => {
      expect(connectionOf({ ...FUNCTION, AWS_ENDPOINT_URL_DYNAMODB: endpoint }, 'dynamodb')).toBeNull();
    },
  );

  it('names the endpoint of this service before that of all', () => {
    const env = { ...FUNCTION, AWS_ENDPOINT_URL: 'http://all', AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:8000' };
    expect(connectionOf(env, 'dynamodb')?.endpoint).toBe('http://127.0.0.1:8000');
    expect(connectionOf(env, 'secretsmanager')?.endpoint).toBe('http://all');
  });

  it('has no token where the credentials are one’s own', () => {
    expect(connectionOf({ ...FUNCTION, AWS_SESSION_TOKEN: '' }, 'dynamodb')?.credentials.sessionToken).toBeNull();
  });
});
