import { expect, it } from 'vitest';
import { bundledServer } from '../api/bundled-server.ts';
import { describedFetch } from '../openapi/described-fetch.ts';
import { ask, testWorkplace } from './spawned-server.ts';

const entry = await bundledServer();

const EACH = 8;

const until = async (done: () => boolean) => {
  while (!done()) await new Promise((resolve) => setTimeout(resolve, 10));
};

const as = (key: string, method: string, body: object, accept = 'application/json') => ({
  method,
  headers: { 'x-api-key': key, 'content-type': 'application/json', accept },
  body: JSON.stringify(body),
});

it('SIGTERM under load loses no call that was let in, no answer that has begun, and no settlement', async () => {
  const place = testWorkplace();
  const server = place.start({ entry, env: { LOG_LEVEL: 'DEBUG' } });
  const url = await server.ready;
  const limits = { dailyBudgetUsd: '10' };
  const set = await describedFetch(`${url}/admin/tenants/demo`, as('ballast-dev-admin-key', 'PUT', limits));
  expect(set.status).toBe(200);

  const post = (path: string, body: object, accept?: string) =>
    describedFetch(url + path, as('ballast-dev-key', 'POST', body, accept));
  const slowly = '[[say:one two three four five six]] [[delay:400]] [[gap:50]]';
  const message = {
    model: 'claude-haiku-5-5',
    max_tokens: 100,
    stream: true,
    messages: [{ role: 'user', content: '[[say:one two three four five six]] [[gap:150]]' }],
  };
  const each = <Value>(make: () => Promise<Value>) => Array.from({ length: EACH }, make);
  const runs = each(async () => (await post('/agent/run', { task: slowly })).json());
  const events = each(async () => (await post('/agent/run', { task: slowly }, 'text/event-stream')).text());
  const heads = each(() => post('/v1/messages', message));
  // Each run is under way, and each stream of the gateway has begun.
  await until(() => server.output.stdout.split('"run started"').length > 2 * EACH);
  const streams = (await Promise.all(heads)).map((head) => head.text());
  server.child.kill('SIGTERM');

  for (const run of await Promise.all(runs)) expect(run).toMatchObject({ status: 'succeeded' });
  for (const text of await Promise.all(events)) expect(text).toContain('event: run.succeeded');
  for (const text of await Promise.all(streams)) expect(text).toContain('event: message_stop');
  expect(await server.exited).toBe(0);

  const again = await place.start({ entry }).ready;
  const { day } = (await (await ask(again, '/usage/budget')).json()) as { day: Record<string, string> };
  expect(day['reservedUsd']).toBe('0');
  const { totals } = (await (await ask(again, '/usage')).json()) as { totals: Record<string, string | number> };
  expect(totals['requests']).toBe(3 * EACH);
  // What each call has cost is spent, and nothing else.
  expect(totals['costUsd']).toBe(day['spentUsd']);
});
