import { describe, expect, it } from 'vitest';
import { describeApi } from '../../functions/describe-api.ts';
import { loadConfig } from '../../lib/config.ts';
import type { HttpEvent, HttpResponse } from '../../lib/http/types.ts';
import { originsIn } from '../../lib/kernel/forms/origins.ts';
import { httpEvent } from '../functions/invoke.ts';
import { functionParts } from '../functions/parts.ts';

const APP = 'https://app.example';
const call = (over: Partial<HttpEvent>, origins = `${APP},http://localhost:5173`): Promise<HttpResponse> => {
  const parts = { ...functionParts(() => Promise.reject(new Error('no run'))), corsOrigins: originsIn(origins) };
  const handler = describeApi(parts) as unknown as (event: HttpEvent, context: object) => Promise<HttpResponse>;
  return handler(httpEvent({ httpMethod: 'GET', path: '/openapi.json', body: null, ...over }), {});
};
const asked = (origin: string, more: Record<string, string> = {}): Partial<HttpEvent> => ({
  httpMethod: 'OPTIONS',
  headers: { Origin: origin, 'access-control-request-method': 'POST', ...more },
});

describe('a page of an allowed origin', () => {
  it('hears before its call that it may make it, with the headers that it asks for', async () => {
    const wanted = 'anthropic-version,x-api-key,x-stainless-os';
    for (const origin of [APP, 'http://localhost:5173']) {
      const { statusCode, headers, body } = await call(asked(origin, { 'access-control-request-headers': wanted }));
      expect([statusCode, body]).toEqual([204, '']);
      expect(headers).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-headers': wanted,
        vary: 'origin',
        'access-control-max-age': '7200',
        'request-id': expect.stringMatching(/^req_/) as string,
      });
      expect(headers['access-control-allow-methods']).toMatch(/POST.*DELETE/);
      expect(headers).not.toHaveProperty('access-control-allow-credentials');
    }
  });

  it.each(['a b', 'x\r\ny: z', `${'a,'.repeat(3_000)}a`])('is promised no headers that are none: %j', async (names) => {
    const { statusCode, headers } = await call(asked(APP, { 'access-control-request-headers': names }));
    expect([statusCode, headers['access-control-allow-headers']]).toEqual([204, undefined]);
  });

  it('may read answers and errors, and of their headers what helps', async () => {
    for (const httpMethod of ['GET', 'HEAD', 'POST', 'BREW']) {
      const { headers, statusCode } = await call({ httpMethod, headers: { origin: APP } });
      expect(statusCode).toBe(httpMethod === 'GET' || httpMethod === 'HEAD' ? 200 : 405);
      expect(headers).toMatchObject({ 'access-control-allow-origin': APP, vary: 'origin' });
      for (const name of ['request-id', 'retry-after', 'anthropic-ratelimit-tokens-remaining', 'idempotency-replayed'])
        expect(headers['access-control-expose-headers']?.split(', ')).toContain(name);
    }
  });
});

describe('any other page', () => {
  it.each(['https://other.example', 'https://app.example.evil', 'http://app.example', 'null', '*'])(
    'is refused before its call: %s',
    async (origin) => {
      const { statusCode, headers, body } = await call(asked(origin));
      expect(statusCode).toBe(403);
      expect(body).toContain('CORS_ORIGINS');
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
      const answer = await call({ headers: { origin } });
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
      expect(answer.headers['vary']).toBe('origin');
    },
  );

  it('may not call where nothing is set, and then nothing is said of origins', async () => {
    expect((await call(asked(APP), '')).statusCode).toBe(403);
    expect((await call({ headers: { origin: APP } }, '')).headers).not.toHaveProperty('vary');
  });
});

it('OPTIONS of no page is a method like any other', async () => {
  const { statusCode, headers } = await call({ httpMethod: 'OPTIONS', headers: {} });
  expect([statusCode, headers['allow']]).toEqual([405, 'GET']);
});

it.each(['', ' https://a.example , http://localhost:5173,', 'tauri://localhost', 'chrome-extension://abcdef'])(
  'the origins %j are taken',
  (text) => {
    expect(loadConfig({ CORS_ORIGINS: text }).CORS_ORIGINS).toBe(text);
  },
);

it.each([
  '*',
  'null',
  'https://a.example/',
  'https://a.example/x',
  'a.example',
  'https://*.example',
  'https://A.example',
  'https://a.example:443',
  'https://u@a.example',
  'https://a.example https://b.example',
])('the origins %j are refused at the start', (text) => {
  expect(() => loadConfig({ CORS_ORIGINS: text })).toThrow(
    'These variables are wrong: CORS_ORIGINS (origins such as https://app.example, separated by commas).',
  );
});
