import { expect, it } from 'vitest';
import { bundledServer } from '../api/bundled-server.ts';
import { describedFetch } from '../openapi/described-fetch.ts';
import { ask, testWorkplace } from './spawned-server.ts';

const entry = await bundledServer();

it('no call that costs anything is made while the books are restored, and reports and administration go on', async () => {
  const url = await testWorkplace().start({ entry, env: { REFUSE_PAID_CALLS: 'true' } }).ready;
  const headers = { 'x-api-key': 'ballast-dev-key', 'content-type': 'application/json' };
  const post = (path: string, body: object) =>
    describedFetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  const message = { model: 'claude-haiku-5-5', max_tokens: 10, messages: [{ role: 'user', content: 'hello' }] };
  for (const [path, body] of [
    ['/agent/run', { task: 'hello' }],
    ['/v1/messages', message],
    ['/v1/messages', { ...message, stream: true }],
  ] as const) {
    const answer = await post(path, body);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '60']);
    expect(await answer.text()).toContain('The books are being restored');
  }
  // Runs are taken, and wait: nothing of them begins.
  const submitted = await describedFetch(`${url}/agent/runs`, {
    method: 'POST',
    headers: { ...headers, prefer: 'wait=2' },
    body: JSON.stringify({ task: 'hello' }),
  });
  expect(submitted.status).toBe(202);
  expect(await submitted.json()).toMatchObject({ status: 'queued' });
  const report = await ask(url, '/usage');
  expect(report.status).toBe(200);
  expect(await report.json()).toMatchObject({ totals: { requests: 0, costUsd: '0' } });
  const limits = {
    method: 'PATCH',
    headers: { ...headers, 'x-api-key': 'ballast-dev-admin-key' },
    body: '{"dailyBudgetUsd":"1"}',
  };
  expect((await describedFetch(`${url}/admin/tenants/demo`, limits)).status).toBe(200);
});
