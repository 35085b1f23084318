import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { spawnServer } from '../local/spawned-server.ts';
import { describedFetch } from '../openapi/described-fetch.ts';
import { FULL } from '../sizes.ts';
import { stretchedTime } from '../stretched.ts';
import { reply } from '../upstream/answers.ts';
import { gatedBefore } from '../upstream/broken.ts';
import { createGate } from '../upstream/gate.ts';
import { bodyOf, type Fleet, startFleet } from './fleet.ts';

let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(() => fleet[Symbol.asyncDispose]());

it('two runs at once are two over both processes, and each slot is free again when its run has ended', async () => {
  const caller = await fleet.addTenant({ maxConcurrentRuns: 2 });
  const gate = createGate();
  fleet.upstream.script('*', [gatedBefore(3, gate, reply('ok'))]);
  const from = fleet.upstream.requests.length;
  let refused = 0;
  const answers = await Promise.all(
    Array.from({ length: 10 }, async (_, index) => {
      const response = await caller.run({ task: 'a' }, {}, fleet.servers[index % 2]);
      if (response.status === 429) refused += 1;
      if (refused === 8) gate.open();
      return response;
    }),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(2);
  expect(fleet.upstream.requests).toHaveLength(from + 2);
  for (const response of answers.filter(({ status }) => status !== 200)) {
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await bodyOf(response)).toMatchObject({ code: 'rate-limited', limit: '2', used: '2', retryAfterMs: 1_000 });
  }
  fleet.upstream.script('*', [reply('ok')]);
  for (const server of [...fleet.servers, ...fleet.servers])
    expect((await caller.run({ task: 'a' }, {}, server)).status).toBe(200);
});

it('a run that fails or whose caller leaves gives its slot back', async () => {
  const caller = await fleet.addTenant({ maxConcurrentRuns: 1, allowedModels: ['claude-haiku-5-5'] });
  const simple = { task: 'a', complexity: 'simple' };
  const gate = createGate();
  fleet.upstream.script('claude-haiku-5-5', [gatedBefore(3, gate, reply('ok'))]);
  const leave = new AbortController();
  const left = caller.ask('/agent/run', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(simple),
    signal: leave.signal,
  });
  await gate.reached;
  expect((await caller.run(simple, {}, fleet.servers[1])).status).toBe(429);
  leave.abort();
  await expect(left).rejects.toThrow();
  fleet.upstream.script('claude-haiku-5-5', [reply('ok')]);
  await expect.poll(async () => (await caller.run(simple, {}, fleet.servers[1])).status).toBe(200);
  expect((await caller.run({ ...simple, maxCostUsd: '0.000000001' })).status).toBe(402);
  expect((await caller.run(simple)).status).toBe(200);
});

// Half a minute: a slot lives as long as three renewals take.
(FULL ? it : it.skip)('a slot comes back after its holder is killed', async () => {
  const caller = await fleet.addTenant({ maxConcurrentRuns: 1 });
  const directory = mkdtempSync(path.join(tmpdir(), 'ballast-slot-'));
  const { env, nodeArguments } = stretchedTime();
  const holder = spawnServer({ directory, env: { ...fleet.env, ...env }, nodeArguments });
  onTestFinished(async () => {
    holder.child.kill('SIGKILL');
    await holder.exited;
    rmSync(directory, { recursive: true, force: true });
  });
  const url = await holder.ready;
  const gate = createGate();
  fleet.upstream.script('*', [gatedBefore(3, gate, reply('ok'))]);
  const headers = { 'x-api-key': caller.key, 'content-type': 'application/json' };
  const held = describedFetch(`${url}/agent/run`, { method: 'POST', headers, body: '{"task":"a"}' }).catch(() => null);
  await gate.reached;
  holder.child.kill('SIGKILL');
  await held;
  fleet.upstream.script('*', [reply('ok')]);
  expect((await caller.run({ task: 'a' })).status).toBe(429);
  await expect.poll(async () => (await caller.run({ task: 'a' })).status, { interval: 500 }).toBe(200);
});
