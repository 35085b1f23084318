import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { deliveryIdOf } from '../../lib/runs/outbox/delivery.ts';
import { createOutbox, DELIVERY_LEASE_MS } from '../../lib/runs/outbox/outbox.ts';
import { systemClock } from '../../local/system-clock.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { startProcess } from '../fleet/start-process.ts';
import { type HttpTarget, startHttpTarget } from '../http-target.ts';
import { seededRandom } from '../seeded-random.ts';
import { secretOf } from './webhook-parts.ts';

describeOnDynamoDb('a webhook whose sender is killed', (engine) => {
  let target: HttpTarget;
  beforeEach(async () => {
    target = await startHttpTarget();
  });
  afterEach(() => target.close());

  const RUN = { tenantId: 'acme', runId: 'run_killed' };
  const NOW = systemClock.now();
  const sender = (seed: number, now: number) => {
    const program = new URL('./webhook-sender.ts', import.meta.url);
    return startProcess<'deliver', 'done'>(program, engine().endpoint, String(seed), String(now));
  };

  it('between sending and putting it down is delivered again, with the same id and body, and by one process', async () => {
    // The senders' tables are control tables: what an outbox needs, all three have.
    const table = engine().table('ControlTable');
    const outbox = createOutbox({ table, clock: systemClock, random: seededRandom(3), retentionMs: 86_400_000 });
    const id = deliveryIdOf(RUN, 'ended');
    const url = target.url.replace('127.0.0.1', 'localhost');
    await outbox.add(RUN, { id, type: 'run.succeeded', url, createdAt: NOW });
    target.script('hang', { status: 200 });

    const killed = await sender(1, NOW);
    killed.tell('deliver').catch(() => undefined);
    while (target.seen.length === 0) await new Promise((next) => setImmediate(next));
    await killed.kill();

    const early = await sender(2, NOW + DELIVERY_LEASE_MS - 1);
    await early.tell('deliver');
    expect(target.seen).toHaveLength(1);
    const senders = await Promise.all([3, 4].map((seed) => sender(seed, NOW + DELIVERY_LEASE_MS)));
    await Promise.all(senders.map((each) => each.tell('deliver')));

    expect(target.seen).toHaveLength(2);
    const [first, second] = target.seen;
    expect(second?.headers['webhook-id']).toBe(id);
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(second?.body).toBe(first?.body);
    for (const each of target.seen)
      expect(
        new Webhook(secretOf(RUN.tenantId)).verify(each.body, each.headers as Record<string, string>),
      ).toMatchObject({
        type: 'run.succeeded',
        data: { runId: RUN.runId },
      });
    expect(await outbox.list(RUN)).toMatchObject([{ id, status: 'delivered', tries: 1 }]);
    await Promise.all([early, ...senders].map((each) => each.kill()));
  });
});
