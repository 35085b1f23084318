import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DeliverWebhooksParts } from '../../lib/durable-run/webhooks/deliver-webhooks.ts';
import { MOST_PAYLOAD_BYTES } from '../../lib/durable-run/webhooks/payload.ts';
import { deliveriesView, deliveryIdOf, type NewDelivery } from '../../lib/runs/outbox/delivery.ts';
import { DELIVERY_LEASE_MS } from '../../lib/runs/outbox/outbox.ts';
import type { RunKey } from '../../lib/runs/run-key.ts';
import type { RunRow } from '../../lib/runs/types.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { MAX_DELIVERY_AGE_MS } from '../../lib/webhooks/next-try.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { createFakeClock } from '../fake-clock.ts';
import { type HttpTarget, startHttpTarget } from '../http-target.ts';
import { seededRandom } from '../seeded-random.ts';
import { runRow } from './run-row.ts';
import { secretOf, webhookSender } from './webhook-parts.ts';

interface Said {
  readonly type: string;
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

describeOnDynamoDb('the sender of webhooks', (engine) => {
  let target: HttpTarget;
  beforeEach(async () => {
    target = await startHttpTarget();
  });
  afterEach(() => target.close());

  let worlds = 0;
  const open = (over: Partial<DeliverWebhooksParts> = {}, row: Partial<RunRow> = {}) => {
    worlds += 1;
    // A time of its own for each: what others have left is over by then.
    const clock = createFakeClock(Date.UTC(2026, 10, 20) + worlds * 10 * MAX_DELIVERY_AGE_MS);
    const events: BallastEvent[] = [];
    const at = clock.now();
    const rowOf = (runId: string) =>
      runRow({ runId, status: 'succeeded', createdAt: at, updatedAt: at, body: { output: 'canary-output' }, ...row });
    const world = { table: engine().table('RunsTable'), clock, random: seededRandom(worlds), rowOf };
    const { outbox, deliver } = webhookSender(world, { emit: (event) => void events.push(event), ...over });
    const tenantId = `acme-${worlds}`;
    const add = async (over: Partial<NewDelivery> = {}, runId = `run_${worlds}`): Promise<RunKey> => {
      const run = { tenantId, runId };
      const delivery = { id: deliveryIdOf(run, 'ended'), type: 'run.succeeded', url: hook(), createdAt: clock.now() };
      await outbox.add(run, { ...delivery, ...over } as NewDelivery);
      return run;
    };
    /** A pass of the sender; the clock moves where only time can help. */
    const pass = async () => {
      let isOver = false;
      const readBefore = target.seen.length;
      const passing = deliver().finally(() => (isOver = true));
      while (!isOver) {
        await new Promise((next) => setImmediate(next));
        if (target.hanging && target.seen.length > readBefore) await clock.advance(1_000);
      }
      await passing;
    };
    const only = async (run: RunKey) => (await outbox.list(run))[0];
    return { clock, events, outbox, deliver, add, pass, only };
  };
  const hook = (path = '/hook?token=canary-token') => `${target.url.replace('127.0.0.1', 'localhost')}${path}`;
  const said = (at = 0): Said => JSON.parse(target.seen[at]?.body ?? '') as Said;

  it('sends what the run is, in the form of Standard Webhooks', async () => {
    const { add, pass, only, clock } = open();
    const run = await add();
    await pass();
    expect(said()).toEqual({
      type: 'run.succeeded',
      timestamp: new Date(clock.now()).toISOString(),
      data: {
        runId: run.runId,
        mode: 'async',
        status: 'succeeded',
        agent: 'assistant',
        output: 'canary-output',
        approvals: [],
        createdAt: new Date(clock.now()).toISOString(),
        updatedAt: new Date(clock.now()).toISOString(),
      },
    });
    const { headers } = target.seen[0] ?? {};
    expect(headers).toMatchObject({
      'webhook-id': deliveryIdOf(run, 'ended'),
      'webhook-timestamp': String(clock.now() / 1_000),
      'content-type': 'application/json',
    });
    const signature = new Webhook(secretOf(run.tenantId)).sign(
      deliveryIdOf(run, 'ended'),
      new Date(clock.now()),
      target.seen[0]?.body ?? '',
    );
    expect(headers?.['webhook-signature']).toBe(signature);
    expect(await only(run)).toMatchObject({ status: 'delivered', tries: 1, nextAt: null });
    await pass();
    expect(target.seen).toHaveLength(1);
  });

  it('tries for a day, by growing pauses, under one id, and then gives up and says so', async () => {
    const { add, pass, only, clock, events } = open();
    target.script({ status: 500 });
    const run = await add();
    const began = clock.now();
    const tries: number[] = [];
    while ((await only(run))?.status === 'pending') {
      const { nextAt } = (await only(run)) ?? {};
      await clock.advance((nextAt ?? 0) - clock.now());
      tries.push(clock.now() - began);
      await pass();
    }
    expect(tries).toHaveLength(10);
    expect(target.seen).toHaveLength(10);
    expect(tries.at(-1)).toBeGreaterThan(MAX_DELIVERY_AGE_MS * 0.75);
    expect(tries.at(-1)).toBeLessThanOrEqual(MAX_DELIVERY_AGE_MS);
    expect(new Set(target.seen.map(({ headers }) => headers['webhook-id']))).toEqual(
      new Set([deliveryIdOf(run, 'ended')]),
    );
    expect(new Set(target.seen.map(({ body }) => body)).size).toBe(1);
    expect(new Set(target.seen.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(10);
    expect(await only(run)).toMatchObject({ status: 'failed', tries: 10, nextAt: null });
    expect(events.map((event) => event.type === 'webhook.attempted' && event.outcome)).toEqual([
      ...Array.from({ length: 9 }, () => 'pending'),
      'failed',
    ]);
    await clock.advance(10 * MAX_DELIVERY_AGE_MS);
    await pass();
    expect(target.seen).toHaveLength(10);
  });

  it('goes on until it is taken, and has a log of what happened that shows no query', async () => {
    const { add, pass, outbox, clock } = open();
    target.script({ status: 503 }, 'cut', 'hang', { status: 302, headers: { location: '/x' } }, { status: 204 });
    const run = await add();
    for (let at = 0; at < 5; at += 1) {
      await pass();
      await clock.advance(1_800_000);
    }
    const { deliveries } = deliveriesView(await outbox.list(run));
    expect(deliveries).toMatchObject([
      {
        id: deliveryIdOf(run, 'ended'),
        type: 'run.succeeded',
        url: `${new URL(target.url).host.replace('127.0.0.1', 'localhost')}/hook`,
        status: 'delivered',
        attempts: [
          { status: 503, durationMs: 0 },
          { status: null, error: 'Error/ECONNRESET' },
          { status: null, error: 'timeout', durationMs: 15_000 },
          { status: 302 },
          { status: 204 },
        ],
        nextAt: null,
      },
    ]);
    expect(JSON.stringify(deliveries)).not.toContain('canary');
  });

  it('stops where the receiver is gone', async () => {
    const { add, pass, only, events } = open();
    target.script({ status: 410 });
    const run = await add();
    await pass();
    expect(await only(run)).toMatchObject({ status: 'failed', tries: 1 });
    expect(events).toMatchObject([{ type: 'webhook.attempted', outcome: 'failed', status: 410, target: 'localhost' }]);
  });

  it('leaves out an output that is too large, and says so', async () => {
    const { add, pass } = open({}, { body: { output: 'ß'.repeat(MOST_PAYLOAD_BYTES / 2), usage: { modelCalls: 1 } } });
    await add();
    await pass();
    expect(said().data).toMatchObject({ outputOmitted: true, usage: { modelCalls: 1 } });
    expect(said().data).not.toHaveProperty('output');
    expect(target.seen[0]?.body.length).toBeLessThan(1_000);
  });

  it('says what is asked and where to answer', async () => {
    const { add, pass, clock } = open();
    const asked = { toolUseId: 'toolu/1', tool: 'issue_refund', requestedAt: clock.now(), expiresAt: clock.now() + 1 };
    const input = { orderId: 'A-1' };
    const run = await add({ type: 'approval.requested', content: { ...asked, input } });
    await add({
      id: 'msg_2',
      type: 'approval.requested',
      content: { ...asked, input: 'x'.repeat(MOST_PAYLOAD_BYTES) },
    });
    await pass();
    const data = {
      runId: run.runId,
      toolUseId: 'toolu/1',
      tool: 'issue_refund',
      answerPath: `/agent/runs/${run.runId}/approvals/toolu%2F1`,
    };
    expect([said(0), said(1)].map((each) => each.data)).toEqual(
      expect.arrayContaining([
        { ...data, input },
        { ...data, inputOmitted: true },
      ]),
    );
  });

  it('puts down as a try that there is no secret to sign with, and sends nothing', async () => {
    const { add, pass, only } = open({ secret: () => Promise.reject(new Error('canary')) });
    const run = await add();
    await pass();
    expect(target.seen).toEqual([]);
    expect(await only(run)).toMatchObject({
      status: 'pending',
      attempts: [{ status: null, error: 'no-signing-secret' }],
    });
  });

  it('leaves a host alone that fails again and again, so that it holds up no other', async () => {
    let failed = 0;
    const { add, outbox, deliver } = open({
      async post({ url }) {
        const isFailing = url.includes('failing');
        if (isFailing) failed += 1;
        return { status: isFailing ? 500 : 200, error: null, retryAfterMs: null, durationMs: 0 };
      },
    });
    for (let at = 0; at < 60; at += 1) await add({ url: `http://failing.example/${at}` }, `run_failing_${at}`);
    const run = await add({ url: 'http://well.example/' });
    await deliver();
    expect(await outbox.list(run)).toMatchObject([{ status: 'delivered' }]);
    // As many as are under way at once, and no more.
    expect(failed).toBeLessThan(40);
    const left = await outbox.due();
    expect(left.length).toBe(60 - failed);
    while ((await outbox.due()).length > 0) await deliver();
    expect(failed).toBe(60);
  });

  it('goes on with the others where the store fails for one', async () => {
    const { add, pass, only, events, clock } = open({
      runs: {
        find: async (_tenantId, runId) => {
          if (runId === 'run_broken') throw new Error('canary');
          return runRow({ runId, status: 'succeeded' });
        },
      },
    });
    const broken = await add({}, 'run_broken');
    const well = await add();
    await pass();
    expect((await only(well))?.status).toBe('delivered');
    expect(await only(broken)).toMatchObject({ status: 'pending', tries: 0, nextAt: clock.now() + DELIVERY_LEASE_MS });
    expect(events.filter(({ type }) => type === 'store.failed')).toHaveLength(1);
  });

  it('forgets a run that is not kept any more, and what the stage’s Slack is not there to take', async () => {
    const { add, pass, outbox } = open({ runs: { find: async () => null } });
    const run = await add();
    await add({ id: 'msg_slack', type: 'approval.requested', url: null, content: {} });
    await pass();
    expect([await outbox.list(run), target.seen]).toEqual([[], []]);
  });

  it('forgets a notice of an approval whose content is erased, to a receiver and to Slack', async () => {
    const { add, pass, outbox } = open();
    const run = await add({ id: 'msg_1', type: 'approval.requested' });
    await outbox.add(run, { id: 'msg_2', type: 'approval.requested', url: null, createdAt: 0 });
    await pass();
    expect([target.seen, await outbox.list(run)]).toEqual([[], []]);
  });

  it('says nothing secret to whoever listens', async () => {
    const { add, pass, events } = open();
    target.script({ status: 500 }, { status: 200 });
    await add();
    await add({
      id: 'msg_2',
      type: 'approval.requested',
      content: { toolUseId: 't', tool: 'x', input: 'canary-input' },
    });
    await pass();
    expect(events).toHaveLength(2);
    expect(JSON.stringify(events)).not.toMatch(/canary|whsec|hook\?/);
  });
});
