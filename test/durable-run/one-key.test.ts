import { expect, it } from 'vitest';
import { awaitStatus, createTenant, hasEnded } from './kill/drive-run.ts';
import { startScriptedModel } from './kill/scripted-model.ts';
import { fastClock, supervise } from './kill/supervised.ts';

it('twenty submissions at once under one Idempotency-Key are one run of their tenant', async () => {
  const clock = fastClock();
  const upstream = await startScriptedModel(clock, () => ({ text: 'Done.' }));
  await using server = await supervise({ clock, env: { ANTHROPIC_BASE_URL: upstream.url } });
  try {
    const [owner, other] = [await createTenant(server, 'owner', {}), await createTenant(server, 'other', {})];
    const submit = () =>
      owner.ask('POST', '/agent/runs', { body: { task: 'go' }, headers: { 'idempotency-key': 'one' } });
    const submitted = await Promise.all(Array.from({ length: 20 }, submit));
    expect(new Set(submitted.map(({ status }) => status))).toEqual(new Set([202]));
    const [runId, ...more] = new Set(submitted.map(({ body }) => String(body['runId'])));
    expect(more).toEqual([]);
    expect(await awaitStatus(owner.ask, runId ?? '', hasEnded)).toMatchObject({ status: 'succeeded', output: 'Done.' });
    expect(upstream.requests).toHaveLength(1);
    expect((await owner.ask('GET', '/agent/runs')).body['runs']).toMatchObject([{ runId }]);
    expect(
      await owner.ask('POST', '/agent/runs', { body: { task: 'other' }, headers: { 'idempotency-key': 'one' } }),
    ).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } });

    // The same key of another tenant is another run.
    const theirs = await other.ask('POST', '/agent/runs', {
      body: { task: 'go' },
      headers: { 'idempotency-key': 'one' },
    });
    expect(theirs.body['runId']).not.toBe(runId);
  } finally {
    await upstream.close();
  }
});
