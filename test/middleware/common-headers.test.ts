import { expect, it } from 'vitest';
import { health } from '../../functions/health.ts';
import { messages } from '../../functions/messages.ts';
import { runAgent } from '../../functions/run-agent.ts';
import { COMMON_HEADERS } from '../../lib/http/response/common-headers.ts';
import { withHeaders } from '../../lib/middleware/errors-as.ts';
import { httpEvent, invoke, invokeStreaming } from '../functions/invoke.ts';
import { functionParts } from '../functions/parts.ts';

const parts = () => functionParts(async () => Promise.reject(new Error('never run')));
const GOOD: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'strict-transport-security': 'max-age=31536000',
};

it('an answer, a refusal and an error may be neither kept, guessed at, framed nor run', async () => {
  const live = httpEvent({ httpMethod: 'GET', path: '/health/live', body: null });
  const { status, headers } = await invoke(health({ ...parts(), health: {} as never }), live);
  expect([status, headers]).toEqual([200, expect.objectContaining(GOOD)]);
  const refused = await invokeStreaming(runAgent(parts()), httpEvent({ headers: {} }));
  expect([refused.status, refused.headers]).toEqual([401, expect.objectContaining(GOOD)]);
  const gateway = messages({ ...parts(), callMessages: {} as never });
  const foreign = await invokeStreaming(gateway, httpEvent({ path: '/v1/messages', headers: {} }));
  expect([foreign.status, foreign.headers]).toEqual([401, expect.objectContaining(GOOD)]);
});

it('an answer may say otherwise', () => {
  const page = { statusCode: 200, headers: { 'cache-control': 'max-age=60' }, body: '' };
  const { headers } = withHeaders(page, { ownHeaders: { 'request-id': 'r' } } as never);
  expect(headers).toEqual({ ...COMMON_HEADERS, 'cache-control': 'max-age=60', 'request-id': 'r' });
});
