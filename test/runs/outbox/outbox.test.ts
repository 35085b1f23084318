import { expect, it } from 'vitest';
import { type Delivery, deliveryIdOf, type NewDelivery } from '../../../lib/runs/outbox/delivery.ts';
import { createOutbox, DELIVERY_LEASE_MS, MOST_ATTEMPTS } from '../../../lib/runs/outbox/outbox.ts';
import { outboxShard } from '../../../lib/runs/outbox/outbox-item.ts';
import type { RunKey } from '../../../lib/runs/run-key.ts';
import { describeOnDynamoDb } from '../../dynamodb.ts';
import type { Fault } from '../../dynamodb/faulty-client.ts';
import { createFakeClock } from '../../fake-clock.ts';
import { seededRandom } from '../../seeded-random.ts';
import { countedTable } from '../counted-table.ts';

const URL_OF_HOOK = 'https://hooks.example.com/x';

describeOnDynamoDb('the outbox', (engine) => {
  let runs = 0;
  const open = (...faults: Fault[]) => {
    runs += 1;
    const run: RunKey = { tenantId: 'acme', runId: `run_${runs}` };
    const { table } = countedTable(engine(), ...faults);
    const clock = createFakeClock();
    const options = (seed: number) => ({ table, clock, random: seededRandom(seed), retentionMs: 3_600_000 });
    const delivery: NewDelivery = {
      id: deliveryIdOf(run, 'ended'),
      type: 'run.succeeded',
      url: URL_OF_HOOK,
      createdAt: clock.now(),
    };
    const outbox = createOutbox(options(runs));
    const ofRun = async () => (await outbox.due(run.runId)).filter(({ run: { runId } }) => runId === run.runId);
    const entries = async () => {
      const all = [];
      for await (const item of table.query(outboxShard(run.runId), ''))
        if (item['run']?.S === run.runId) all.push(item);
      return all.length;
    };
    const claim = async () => {
      const [due] = await ofRun();
      return due === undefined ? null : outbox.claim(due);
    };
    const attempt = (status: number | null) => ({ at: clock.now(), status, durationMs: 5 });
    const only = async (): Promise<Delivery | undefined> => (await outbox.list(run))[0];
    return {
      run,
      table,
      clock,
      outbox,
      another: createOutbox(options(1_000)),
      delivery,
      ofRun,
      entries,
      claim,
      attempt,
      only,
    };
  };

  it('has a delivery due at once, once, however often it is put down', async () => {
    const { run, outbox, delivery, ofRun, only } = open();
    await outbox.add(run, delivery);
    await outbox.add(run, { ...delivery, url: 'https://hooks.example.com/other' });
    expect(await ofRun()).toEqual([{ run, id: delivery.id, host: 'hooks.example.com', dueAt: delivery.createdAt }]);
    expect(await only()).toEqual({
      ...delivery,
      status: 'pending',
      tries: 0,
      attempts: [],
      nextAt: delivery.createdAt,
    });
    expect(await outbox.list({ ...run, tenantId: 'other' })).toEqual([]);
  });

  it('finds what is due in all shards', async () => {
    const { outbox, delivery, clock } = open();
    const all = Array.from({ length: 40 }, (_, at) => ({ tenantId: 'spread', runId: `run_spread_${at}` }));
    await Promise.all(all.map((run) => outbox.add(run, { ...delivery, id: deliveryIdOf(run, 'ended') })));
    const later = { tenantId: 'spread', runId: 'run_later' };
    await outbox.add(later, { ...delivery, id: deliveryIdOf(later, 'ended'), createdAt: clock.now() + 1 });
    const due = (await outbox.due()).filter(({ run }) => run.tenantId === 'spread').map(({ run: { runId } }) => runId);
    expect(due.toSorted()).toEqual(all.map(({ runId }) => runId).toSorted());
    expect(new Set(all.map(({ runId }) => outboxShard(runId))).size).toBeGreaterThan(8);
  });

  it('gives a delivery to one of all who want it at once', async () => {
    const { run, outbox, another, delivery, ofRun } = open();
    await outbox.add(run, delivery);
    const [due] = await ofRun();
    if (due === undefined) throw new Error('nothing is due');
    const claims = await Promise.all(Array.from({ length: 8 }, (_, at) => (at % 2 ? outbox : another).claim(due)));
    expect(claims.filter((claim) => claim !== null)).toHaveLength(1);
  });

  it('gives it to another when its sender was killed, under the same id, and no earlier', async () => {
    const { run, outbox, delivery, clock, claim } = open();
    await outbox.add(run, delivery);
    const killed = await claim();
    await clock.advance(DELIVERY_LEASE_MS - 1);
    expect(await claim()).toBeNull();
    await clock.advance(1);
    const next = await claim();
    expect(next?.delivery.id).toBe(killed?.delivery.id);
    expect(next?.delivery.id).toBe(delivery.id);
  });

  it('does not believe a sender whose lease is over and another’s', async () => {
    const { run, outbox, delivery, clock, claim, attempt, only } = open();
    await outbox.add(run, delivery);
    const stalled = await claim();
    await clock.advance(DELIVERY_LEASE_MS);
    const next = await claim();
    await stalled?.retry(attempt(500), clock.now() + 1_000_000);
    await stalled?.end('failed', attempt(410));
    expect(await only()).toMatchObject({ status: 'pending', tries: 0 });
    await next?.end('delivered', attempt(200));
    expect(await only()).toMatchObject({ status: 'delivered', tries: 1, nextAt: null });
  });

  it('is due again when it is to be, and leaves nothing behind when it has ended', async () => {
    const { run, outbox, delivery, clock, claim, attempt, only, entries } = open();
    await outbox.add(run, delivery);
    await (await claim())?.retry(attempt(500), clock.now() + 60_000);
    expect(await only()).toMatchObject({ status: 'pending', tries: 1, nextAt: clock.now() + 60_000 });
    await clock.advance(59_999);
    expect(await claim()).toBeNull();
    await clock.advance(1);
    await (await claim())?.end('delivered', attempt(204));
    const delivered = await only();
    expect(delivered?.attempts.map(({ status }) => status)).toEqual([500, 204]);
    expect(await entries()).toBe(0);
    expect(await claim()).toBeNull();
  });

  it('finds a delivery whose sender was killed while it put down what came of it, wherever', async () => {
    const { run, outbox, delivery, clock, claim, attempt, only, entries } = open();
    await outbox.add(run, delivery);
    const first = await claim();
    if (first === null) throw new Error('nothing to claim');
    // Killed behind the new entry: the old one finds it when the lease is over; both lead to one delivery.
    await outbox.add(run, { ...delivery, createdAt: clock.now() + 3_600_000 });
    await clock.advance(DELIVERY_LEASE_MS);
    await (await claim())?.end('delivered', attempt(200));
    expect(await entries()).toBe(1);
    await clock.advance(3_600_000);
    expect(await claim()).toBeNull();
    expect([await entries(), (await only())?.status]).toEqual([0, 'delivered']);
  });

  it('removes the entry of a delivery that never was put down, but not while it may be', async () => {
    const { run, outbox, delivery, clock, claim, table, entries } = open();
    await outbox.add(run, delivery);
    await table.remove({ pk: `${run.tenantId}/${run.runId}`, sk: `webhook#${delivery.id}` }, { has: ['status'] });
    expect([await claim(), await entries()]).toEqual([null, 1]);
    await clock.advance(10_000);
    expect([await claim(), await entries()]).toEqual([null, 0]);
  });

  it('knows its own claim where the answer to it was lost', async () => {
    const { run, outbox, delivery, ofRun, claim, clock } = open();
    await outbox.add(run, delivery);
    const { table } = countedTable(engine(), 'ok', 'lost');
    const unlucky = createOutbox({ table, clock, random: seededRandom(77), retentionMs: 3_600_000 });
    const [due] = await ofRun();
    expect(due && (await unlucky.claim(due))).not.toBeNull();
    expect(await claim()).toBeNull();
  });

  it('removes an entry that was left over where the next try has one of its own', async () => {
    const { run, outbox, delivery, clock, claim, attempt, entries } = open();
    await outbox.add(run, delivery);
    await (await claim())?.retry(attempt(500), clock.now() + 60_000);
    await outbox.add(run, delivery);
    expect(await entries()).toBe(2);
    expect([await claim(), await entries()]).toEqual([null, 1]);
    await clock.advance(60_000);
    expect(await claim()).not.toBeNull();
  });

  it('keeps what it says, of any size, until it has been said, and the last tries', async () => {
    const { run, outbox, delivery, clock, claim, attempt, only } = open();
    const content = { toolUseId: 'toolu_1', input: 'x'.repeat(500_000) };
    await outbox.add(run, { ...delivery, type: 'approval.requested', content });
    for (let at = 0; at < MOST_ATTEMPTS + 3; at += 1) {
      const claimed = await claim();
      expect(claimed?.delivery.content).toEqual(content);
      await claimed?.retry(attempt(500 + at), clock.now() + 1_000);
      await clock.advance(1_000);
    }
    const kept = await only();
    expect([kept?.tries, kept?.attempts.length, kept?.attempts[0]?.status]).toEqual([23, MOST_ATTEMPTS, 503]);
    await (await claim())?.end('delivered', attempt(200));
    expect(await only()).not.toHaveProperty('content');
  });

  it('forgets what need not be delivered', async () => {
    const { run, outbox, delivery, claim, only, entries } = open();
    await outbox.add(run, { ...delivery, url: null });
    await (await claim())?.drop();
    expect([await only(), await entries()]).toEqual([undefined, 0]);
  });
});
