import { describe, expect, it } from 'vitest';
import { httpEventOf, NO_REQUEST } from '../../lib/http/http-event.ts';

const rest = {
  resource: '/agent/runs/{runId}',
  path: '/agent/runs/run_1',
  httpMethod: 'GET',
  headers: { Host: 'api.example' },
  multiValueHeaders: { Host: ['api.example'] },
  queryStringParameters: { limit: '2' },
  multiValueQueryStringParameters: { limit: ['1', '2'] },
  pathParameters: { runId: 'run_1' },
  requestContext: { requestId: 'r', stage: 'dev' },
  body: null,
  isBase64Encoded: false,
};

describe('the request of an event of payload 1.0', () => {
  it('is the event itself', () => {
    expect(httpEventOf(rest)).toEqual(rest);
  });

  it('has no headers where the console’s test sends none', () => {
    const event = { ...rest, headers: null, multiValueHeaders: null, queryStringParameters: null };
    expect(httpEventOf(event)).toMatchObject({ headers: {}, multiValueHeaders: null, queryStringParameters: null });
  });

  it.each([
    'headers',
    'resource',
    'pathParameters',
    'requestContext',
    'body',
    'isBase64Encoded',
    'queryStringParameters',
  ])('may lack %s', (name) => {
    const { [name]: _, ...event } = rest as Record<string, unknown>;
    expect(httpEventOf(event)).toMatchObject({
      httpMethod: 'GET',
      path: '/agent/runs/run_1',
      isBase64Encoded: false,
      body: null,
    });
  });

  it('takes the headers of a load balancer, which sends lists alone', () => {
    const { headers: _, ...event } = { ...rest, multiValueHeaders: { 'x-api-key': ['old', 'new'] } };
    expect(httpEventOf(event).headers).toEqual({ 'x-api-key': 'new' });
  });

  it('has its path for a template where none was matched', () => {
    expect(httpEventOf({ ...rest, resource: null }).resource).toBe('/agent/runs/run_1');
  });
});

const http = (over: object = {}, context: object = {}) => ({
  version: '2.0',
  routeKey: 'GET /agent/runs/{runId}',
  rawPath: '/agent/runs/run_1',
  rawQueryString: 'a=1&a=b%20c&d=',
  headers: { 'x-api-key': 'k' },
  pathParameters: { runId: 'run_1' },
  requestContext: { http: { method: 'GET', path: '/agent/runs/run_1' }, requestId: 'r', stage: '$default', ...context },
  isBase64Encoded: false,
  ...over,
});

describe('the request of an event of payload 2.0', () => {
  it('is what a REST API would have said', () => {
    expect(httpEventOf(http())).toEqual({
      httpMethod: 'GET',
      path: '/agent/runs/run_1',
      resource: '/agent/runs/{runId}',
      headers: { 'x-api-key': 'k' },
      queryStringParameters: { a: 'b c', d: '' },
      multiValueQueryStringParameters: { a: ['1', 'b c'], d: [''] },
      pathParameters: { runId: 'run_1' },
      body: null,
      isBase64Encoded: false,
      requestContext: expect.objectContaining({ requestId: 'r' }) as unknown,
    });
  });

  it('leaves out the stage before the path, and only that', () => {
    const at = (rawPath: string) => httpEventOf(http({ routeKey: '$default', rawPath }, { stage: 'dev' })).path;
    expect([at('/dev/health'), at('/device'), at('/health')]).toEqual(['/health', '/device', '/health']);
  });

  it('has its path for a template behind a function URL, and no query where none was sent', () => {
    const event = httpEventOf(http({ routeKey: '$default', rawPath: '/health/live', rawQueryString: '' }));
    expect(event).toMatchObject({ resource: '/health/live', queryStringParameters: null });
  });

  it('keeps its body as it came', () => {
    expect(httpEventOf(http({ body: 'e30=', isBase64Encoded: true }))).toMatchObject({
      body: 'e30=',
      isBase64Encoded: true,
    });
  });
});

it.each([
  null,
  'text',
  7,
  [],
  {},
  { source: 'serverless-plugin-warmup' },
  { version: '0', 'detail-type': 'Scheduled Event', source: 'aws.events', detail: {} },
  { Records: [{ EventSource: 'aws:sns', Sns: { Message: '{}' } }] },
  { key1: 'value1' },
  { httpMethod: 7, path: '/' },
  { httpMethod: 'GET' },
  { requestContext: { http: null } },
])('no request is in %j', (event) => {
  expect(httpEventOf(event)).toBe(NO_REQUEST);
});
