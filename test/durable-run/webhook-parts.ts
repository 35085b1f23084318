import { createDeliverWebhooks, type DeliverWebhooksParts } from '../../lib/durable-run/webhooks/deliver-webhooks.ts';
import type { Table } from '../../lib/dynamodb/table.ts';
import type { Clock, Random } from '../../lib/kernel/clock.ts';
import { createOutbox } from '../../lib/runs/outbox/outbox.ts';
import type { RunRow } from '../../lib/runs/types.ts';
import { createPostOnce } from '../../lib/webhooks/post-once.ts';
import { tenantSecrets } from '../../lib/webhooks/tenant-secrets.ts';

const SECRET = `whsec_${Buffer.alloc(32, 'canary-of-the-secret').toString('base64')}`;

/** What receivers of a tenant verify with. */
export const secretOf = (tenantId: string): string => tenantSecrets([SECRET], tenantId)[0] ?? '';

export interface WebhookWorld {
  readonly table: Table;
  readonly clock: Clock;
  readonly random: Random;
  readonly rowOf: (runId: string) => RunRow | null;
}

/** What sends webhooks over a table, to receivers on this machine. */
export const webhookSender = (world: WebhookWorld, over: Partial<DeliverWebhooksParts> = {}) => {
  const { table, clock, random, rowOf } = world;
  const outbox = createOutbox({ table, clock, random, retentionMs: 40 * 86_400_000 });
  const deliver = createDeliverWebhooks({
    clock,
    random,
    outbox,
    emit: () => undefined,
    runs: { find: async (_tenantId, runId) => rowOf(runId) },
    post: createPostOnce({
      clock,
      hosts: ['localhost', '127.0.0.1'],
      lookup: async () => [{ address: '127.0.0.1', family: 4 }],
    }),
    notifySlack: async () => null,
    secret: async () => SECRET,
    ...over,
  });
  return { outbox, deliver };
};
