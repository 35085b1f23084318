import { describe, expect, it } from 'vitest';
import { httpEventOf } from '../../lib/http/http-event.ts';
import { checkHead, MAX_HEAD_BYTES } from '../../lib/http/request-head.ts';

const of = (length: number): string => 'a'.repeat(length);
const LARGE = of(60_000);
const refusal = expect.objectContaining({
  code: 'headers-too-large',
  message: 'The path, the query and the values of the headers take more than 10240 bytes.',
}) as unknown;

const said = (event: object): unknown => {
  try {
    checkHead(httpEventOf(event));
    return null;
  } catch (error) {
    return error;
  }
};

/** Payload 1.0: a REST API, and a load balancer. */
const proxy = (over: object = {}) => ({ httpMethod: 'GET', path: '/agents', headers: {}, ...over });
/** Payload 2.0: a function URL, and an HTTP API. */
const url = (over: object = {}) => ({
  version: '2.0',
  rawPath: '/agents',
  rawQueryString: '',
  headers: {},
  requestContext: { http: { method: 'GET', path: '/agents' } },
  ...over,
});

describe('a head that is too large', () => {
  it.each<[where: string, event: object]>([
    ['in a header', proxy({ headers: { 'x-long': LARGE } })],
    ['in one of several lines of a header', proxy({ headers: { x: 'a' }, multiValueHeaders: { x: [LARGE, 'a'] } })],
    [
      'in a header of a load balancer, which sends lists alone',
      proxy({ headers: null, multiValueHeaders: { x: [LARGE] } }),
    ],
    [
      'in many small headers',
      proxy({ headers: Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`x-${at}`, of(60)])) }),
    ],
    ['in its path', proxy({ path: `/${LARGE}` })],
    ['in its query', proxy({ queryStringParameters: { q: LARGE } })],
    ['in one of several values of its query', proxy({ multiValueQueryStringParameters: { q: ['a', LARGE] } })],
    ['in the name of a parameter', proxy({ queryStringParameters: { [LARGE]: '' } })],
    ['in a header of a function URL', url({ headers: { 'x-long': LARGE } })],
    ['in the query of a function URL', url({ rawQueryString: `q=${LARGE}` })],
    ['in the cookies of a function URL, which are no header there', url({ cookies: ['a=b', `c=${LARGE}`] })],
    [
      'in all of it together',
      proxy({ path: `/${of(4_000)}`, queryStringParameters: { q: of(4_000) }, headers: { x: of(4_000) } }),
    ],
  ])('is refused: %s', (_where, event) => {
    expect(said(event)).toEqual(refusal);
  });

  it('is none that API Gateway has let through, with what it adds itself', () => {
    const added = {
      'X-Forwarded-For': '2001:0db8:85a3:0000:0000:8a2e:0370:7334, 2001:0db8:85a3:0000:0000:8a2e:0370:7335',
      'X-Forwarded-Port': '443',
      'X-Forwarded-Proto': 'https',
      'X-Amzn-Trace-Id': 'Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1',
    };
    const largest = MAX_HEAD_BYTES - '/agents?q=a%20b'.length;
    const headers = { 'x-long': of(largest), ...added };
    const event = {
      headers,
      multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    };
    expect(
      said(proxy({ ...event, queryStringParameters: { q: 'a b' }, multiValueQueryStringParameters: { q: ['a b'] } })),
    ).toBeNull();
    expect(said(url({ headers, rawQueryString: 'q=a%20b' }))).toBeNull();
  });

  it('is refused from a bound on, and one less is not', () => {
    const room = MAX_HEAD_BYTES + 512 - '/agents'.length;
    expect(said(proxy({ headers: { x: of(room) } }))).toBeNull();
    expect(said(proxy({ headers: { x: of(room + 1) } }))).toEqual(refusal);
  });

  it('is nothing that an event says beside texts', () => {
    const odd = { a: 5, b: null, c: { length: 60_000 }, d: [5, null, ['x']] };
    expect(said(proxy({ headers: odd, queryStringParameters: odd }))).toBeNull();
    expect(said(url({ headers: odd, cookies: 7 }))).toBeNull();
  });
});
