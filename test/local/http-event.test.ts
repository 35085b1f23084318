import { describe, expect, it } from 'vitest';
import { type EventParts, proxyEvent, splitTarget } from '../../local/http-event.ts';

const route = {
  definition: { name: 'reader', timeoutMs: 10_000 },
  template: '/things/{thingId}',
  method: 'ANY',
  streaming: false,
};

const event = ({ url = '/things/7', body = Buffer.alloc(0), headers = {} as Record<string, string[]> }) =>
  proxyEvent({
    request: { headersDistinct: headers, httpVersion: '1.1' },
    method: 'POST',
    target: splitTarget(url),
    sourceIp: '127.0.0.1',
    body,
    match: { route, pathParameters: { thingId: '7' } },
    requestId: 'req_1',
    at: 1_000,
  } satisfies EventParts);

describe('the event of a request', () => {
  it('has the shape of the proxy integration', () => {
    expect(event({ headers: { host: ['localhost'], 'user-agent': ['curl'] } })).toEqual({
      resource: '/things/{thingId}',
      httpMethod: 'POST',
      path: '/things/7',
      headers: { host: 'localhost', 'user-agent': 'curl' },
      multiValueHeaders: { host: ['localhost'], 'user-agent': ['curl'] },
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: { thingId: '7' },
      stageVariables: null,
      body: null,
      isBase64Encoded: false,
      requestContext: {
        requestId: 'req_1',
        stage: 'local',
        resourcePath: '/things/{thingId}',
        httpMethod: 'POST',
        path: '/things/7',
        protocol: 'HTTP/1.1',
        requestTimeEpoch: 1_000,
        identity: { sourceIp: '127.0.0.1', userAgent: 'curl' },
      },
    });
  });

  it('has the last value of a repeated header, and all of them in a list', () => {
    const { headers, multiValueHeaders } = event({ headers: { 'x-api-key': ['one', 'two'] } });
    expect(headers['x-api-key']).toBe('two');
    expect(multiValueHeaders['x-api-key']).toEqual(['one', 'two']);
  });

  it.each(['{"task":"שלום ⚓ \\u0000"}', '\ufeff{"task":"with a byte order mark"}', '𝒙 ≤ 10 €'])(
    'passes text on unchanged: %j',
    (text) => {
      expect(event({ body: Buffer.from(text) })).toMatchObject({ body: text, isBase64Encoded: false });
    },
  );

  it('passes bytes that are not UTF-8 on as base64', () => {
    const body = Buffer.from([0x7b, 0xff, 0xfe, 0x7d]);
    expect(event({ body })).toMatchObject({ body: body.toString('base64'), isBase64Encoded: true });
  });

  it('decodes the query once, the last of several values alone and all of them in a list', () => {
    const { queryStringParameters, multiValueQueryStringParameters } = event({
      url: '/things/7?a=1&a=2+2&b=%E2%9A%93&c&=&d=%2525&__proto__=x&&',
    });
    expect(Object.entries(queryStringParameters ?? {})).toEqual(
      Object.entries({ a: '2 2', b: '⚓', c: '', '': '', d: '%25', ['__proto__']: 'x' }),
    );
    expect(multiValueQueryStringParameters?.['a']).toEqual(['1', '2 2']);
  });

  it('refuses a query that does not decode', () => {
    expect(() => event({ url: '/things/7?a=%zz' })).toThrow(expect.objectContaining({ code: 'invalid-request' }));
  });
});

describe('a request target', () => {
  it.each([
    ['/a/../b//c?x=1?y', { path: '/a/../b//c', query: 'x=1?y' }],
    ['http://elsewhere:80/a?b', { path: '/a', query: 'b' }],
    ['http://elsewhere', { path: '/', query: '' }],
    ['/a#b', { path: '/a', query: '' }],
    ['*', { path: '*', query: '' }],
  ])('is taken apart as it came: %s', (target, expected) => {
    expect(splitTarget(target)).toEqual(expected);
  });
});
