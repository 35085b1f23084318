import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../lib/kernel/errors.ts';
import { createMatchRoute } from '../../local/match-route.ts';
import { readRoutes } from '../../local/routes.ts';

const DESCRIPTION = `
params:
  default: { slowSeconds: 140 }
provider: { name: aws, timeout: 10, stage: "\${opt:stage, 'dev'}" }
functions:
  slow:
    handler: dist/slow/index.handler
    role: !GetAtt SlowRole.Arn
    timeout: \${param:slowSeconds}
    events:
      - http: { path: /slow, method: any, response: { transferMode: STREAM } }
  reader:
    handler: dist/reader/index.handler
    timeout: 3
    events:
      - http: { path: '/things/{thingId}', method: get }
      - http: { path: '/things/{thingId}', method: delete }
      - http: { path: things/latest, method: get }
      - http: { path: '/things/{thingId}/parts/{partId}', method: get }
      - schedule: rate(1 minute)
  files:
    handler: dist/files/index.handler
    events:
      - http: any /files/{proxy+}
  sweeper:
    handler: elsewhere.handler
    events:
      - schedule: rate(1 minute)
`;

const match = createMatchRoute(readRoutes(DESCRIPTION));
const found = (method: string, path: string) => {
  const { route, pathParameters } = match(method, path);
  return [route.definition.name, route.template, pathParameters];
};

describe('routes of serverless.yml', () => {
  it('come with their function, its timeout in milliseconds and whether the API streams', () => {
    const routes = readRoutes(DESCRIPTION);
    expect(routes.find(({ template }) => template === '/slow')).toEqual({
      definition: { name: 'slow', timeoutMs: 140_000 },
      template: '/slow',
      method: 'ANY',
      streaming: true,
    });
    expect(routes.find(({ template }) => template === '/things/latest')).toEqual({
      definition: { name: 'reader', timeoutMs: 3_000 },
      template: '/things/latest',
      method: 'GET',
      streaming: false,
    });
    expect(routes.find(({ template }) => template === '/files/{proxy+}')?.definition.timeoutMs).toBe(10_000);
  });

  it('leave out functions without a path, and refuse a handler that is not a build entry', () => {
    expect(readRoutes(DESCRIPTION).map(({ definition }) => definition.name)).not.toContain('sweeper');
    const odd = 'functions: { odd: { handler: src/odd.main, events: [{ http: GET /odd }] } }';
    expect(() => readRoutes(odd)).toThrow('the handler of odd must read dist/<function>/index.handler');
  });

  it('are refused in one sentence where the file is not YAML', () => {
    expect(() => readRoutes('functions: { a: { b: c } } }')).toThrow(
      /^serverless\.yml is not YAML: .* at line 1, column \d+\.$/,
    );
  });

  it('are all there in the project, each with its function in functions/', () => {
    const routes = readRoutes(readFileSync(new URL('../../serverless.yml', import.meta.url), 'utf8'));
    const served = Object.fromEntries(routes.map(({ template, definition }) => [template, definition.name]));
    expect(served).toMatchObject({
      '/agent/run': 'run-agent',
      '/agent/runs/{runId}/trace': 'get-run',
      '/health/live': 'health',
    });
    const circuit = createMatchRoute(routes);
    for (const name of ['anthropic/claude-opus-5-5', 'anthropic%2Fclaude-opus-5-5'])
      expect(circuit('PUT', `/admin/circuits/${name}`)).toMatchObject({
        route: { definition: { name: 'admin' } },
        pathParameters: { name: 'anthropic/claude-opus-5-5' },
      });
    expect(circuit('GET', '/admin/circuits').pathParameters).toBeNull();
    expect(routes.find(({ template }) => template === '/agent/run')).toMatchObject({
      streaming: true,
      definition: { timeoutMs: 140_000 },
    });
  });
});

describe('matching a path', () => {
  it.each([
    ['a literal', 'POST', '/slow', ['slow', '/slow', null]],
    ['a literal before a parameter', 'GET', '/things/latest', ['reader', '/things/latest', null]],
    ['a parameter', 'GET', '/things/7', ['reader', '/things/{thingId}', { thingId: '7' }]],
    ['the method among several', 'DELETE', '/things/7', ['reader', '/things/{thingId}', { thingId: '7' }]],
    [
      'two parameters, decoded once',
      'GET',
      '/things/a%2Fb/parts/%2525',
      ['reader', '/things/{thingId}/parts/{partId}', { thingId: 'a/b', partId: '%25' }],
    ],
    ['the rest of a path', 'GET', '/files/a/b%20c', ['files', '/files/{proxy+}', { proxy: 'a/b c' }]],
    [
      'the rest of a path with a slash that is escaped',
      'PUT',
      '/files/a%2Fb',
      ['files', '/files/{proxy+}', { proxy: 'a/b' }],
    ],
    ['Unicode', 'GET', '/things/%E2%9A%93', ['reader', '/things/{thingId}', { thingId: '⚓' }]],
  ])('finds %s', (_, method, path, expected) => {
    expect(found(method, path)).toEqual(expected);
  });

  it.each(['/', '', '/nothing', '/things', '/things/', '/things//parts/1', '/slow//', '/files', '/files/', '//slow'])(
    'does not find %j',
    (path) => {
      expect(() => match('GET', path)).toThrow(expect.objectContaining({ code: 'not-found' }));
    },
  );

  it('finds a path with a slash at its end as the one without', () => {
    for (const path of ['/slow', '/things/7', '/files/a']) expect(found('GET', `${path}/`)).toEqual(found('GET', path));
  });

  it('refuses another method, and says which there are', () => {
    expect(() => match('POST', '/things/7')).toThrow(
      expect.objectContaining({ code: 'method-not-allowed', allow: ['DELETE', 'GET'] }),
    );
  });

  it.each(['/things/%', '/things/%zz', '/things/%C3%28', '/%ff'])('refuses %s, which does not decode', (path) => {
    expect(() => match('GET', path)).toThrow(AppError);
    expect(() => match('GET', path)).toThrow(expect.objectContaining({ code: 'invalid-request' }));
  });
});
