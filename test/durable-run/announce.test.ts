import { expect, it } from 'vitest';
import { failRun, type FailRunParts } from '../../lib/durable-run/lost/fail-run.ts';
import { createAnnounce } from '../../lib/durable-run/webhooks/announce.ts';
import type { NewDelivery } from '../../lib/runs/outbox/delivery.ts';
import { newTenant } from '../../lib/tenants/types.ts';
import { createFakeClock } from '../fake-clock.ts';
import { runRow } from './run-row.ts';

const RUN = { tenantId: 'acme', runId: 'run_1' };

const announcing = (own: string | undefined, tenants: string | null, hosts = ['hooks.example.com']) => {
  const added: NewDelivery[] = [];
  const announce = createAnnounce({
    hosts,
    runs: {
      find: async () => runRow({ status: 'timed_out', updatedAt: 7 }),
      findInput: async () => ({ request: { webhookUrl: own } }),
    },
    outbox: { add: async (_run, delivery) => void added.push(delivery) },
    findTenant: async (tenantId) => newTenant(tenantId, 0, { webhookUrl: tenants }),
  });
  return { announce, added };
};

it.each([
  ['the request’s', 'https://a.example/', 'https://b.example/', 'https://a.example/'],
  ['else the tenant’s', undefined, 'https://b.example/', 'https://b.example/'],
])('an end goes to a URL: %s', async (_title, own, tenants, url) => {
  const { announce, added } = announcing(own, tenants);
  await announce.ended(RUN);
  await announce.ended(RUN);
  expect(added).toMatchObject([{ type: 'run.failed', url, createdAt: 7 }, { url }]);
  expect(added[0]?.id).toBe(added[1]?.id);
});

it('nothing is put down where there is no URL, or no host is allowed', async () => {
  for (const { announce, added } of [announcing(undefined, null), announcing('https://a.example/', null, [])]) {
    await announce.ended(RUN);
    expect(added).toEqual([]);
  }
});

it('whoever ends a run in place of its worker says so before the run is left, also one that has ended by itself', async () => {
  const said: string[] = [];
  const parts = {
    clock: createFakeClock(),
    emit: () => undefined,
    runs: { find: async () => runRow({ status: 'succeeded' }) },
    eventLog: { tail: async () => ({ first: 1, count: 1, writer: 1, events: [], state: null, last: true }) },
    left: async () => void said.push('left'),
    announce: { ended: async () => void said.push('announced') },
  } as unknown as FailRunParts;
  await failRun(parts, RUN, 'failed');
  expect(said).toEqual(['announced', 'left']);
});
