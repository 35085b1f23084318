import type { Clock, Random } from '../../kernel/clock.ts';
import { concurrently } from '../../kernel/concurrently.ts';
import { label, safe } from '../../kernel/redacted.ts';
import type { Delivery, DueDelivery } from '../../runs/outbox/delivery.ts';
import type { ClaimedDelivery, Outbox } from '../../runs/outbox/outbox.ts';
import type { RunKey } from '../../runs/run-key.ts';
import type { RunStore } from '../../runs/types.ts';
import { describeFailure } from '../../telemetry/describe-error.ts';
import type { Emit } from '../../telemetry/events.ts';
import { nextTry } from '../../webhooks/next-try.ts';
import type { Posted, PostOnce } from '../../webhooks/post-once.ts';
import { signedMessage } from '../../webhooks/signed-message.ts';
import { parseWebhookSecrets } from '../../webhooks/signing-secrets.ts';
import { tenantSecrets } from '../../webhooks/tenant-secrets.ts';
import type { NotifySlack } from './notify-slack.ts';
import { payloadOf } from './payload.ts';

export interface DeliverWebhooksParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly emit: Emit;
  readonly outbox: Pick<Outbox, 'due' | 'claim'>;
  readonly runs: Pick<RunStore, 'find'>;
  readonly post: PostOnce;
  readonly notifySlack: NotifySlack;
  /** The stage's secret, as `parseWebhookSecrets` reads it: each tenant's messages are signed with its own, derived from it. */
  readonly secret: () => Promise<string>;
}

/** Sends what is due, of all runs or of those that share a shard with one. Never rejects for what a receiver does. */
export type DeliverWebhooks = (runId?: string) => Promise<void>;

/** Receivers that are waited for at a time. */
const AT_ONCE = 32;
/** A host that has failed so often in one pass is left alone in the rest of it, so that it cannot hold up the others. */
const MOST_FAILURES = 3;
/** Nothing more is begun after that: what is under way ends before the function does. */
const BEGIN_WITHIN_MS = 30_000;

export const createDeliverWebhooks = (parts: DeliverWebhooksParts): DeliverWebhooks => {
  const { clock, random, emit, outbox, runs, post, notifySlack, secret } = parts;

  const unsent = (error: Posted['error']): Posted => ({ status: null, retryAfterMs: null, error, durationMs: 0 });

  /** `null`: it need not be sent. */
  const send = async (run: RunKey, delivery: Delivery): Promise<Posted | null> => {
    const { id, url, type, content } = delivery;
    // Its run has ended long ago, and what it asked is erased.
    if (type === 'approval.requested' && content === undefined) return null;
    if (url === null) return notifySlack(run, delivery);
    const row = type === 'approval.requested' ? null : await runs.find(run.tenantId, run.runId);
    const body = payloadOf(run, delivery, row);
    if (body === null) return null;
    const secrets = await secret()
      .then(parseWebhookSecrets)
      .catch(() => null);
    // It is put down as a try: whoever looks at the log of deliveries finds why nothing comes.
    if (secrets === null) return unsent(safe`no-signing-secret`);
    return post(signedMessage({ id, url, body }, tenantSecrets(secrets, run.tenantId), clock.now()));
  };

  const record = async (claimed: ClaimedDelivery, at: number, posted: Posted): Promise<boolean> => {
    const { id, createdAt, tries, url } = claimed.delivery;
    const { status, error, durationMs } = posted;
    const next = nextTry({ ...posted, tries: tries + 1, createdAt, now: clock.now(), random: random() });
    const attempt = { at, status, durationMs, ...(error === null ? {} : { error }) };
    if (next.outcome === 'pending') await claimed.retry(attempt, next.at);
    else await claimed.end(next.outcome, attempt);
    const target = url === null ? safe`slack` : label(new URL(url).hostname);
    const { outcome } = next;
    emit({
      type: 'webhook.attempted',
      delivery: label(id),
      target,
      outcome: label(outcome),
      status,
      error,
      durationMs,
    });
    return outcome === 'delivered';
  };

  return async (runId) => {
    const startedMs = clock.monotonicMs();
    const failures = new Map<string, number>();
    const deliver = async (due: DueDelivery): Promise<void> => {
      const failed = failures.get(due.host) ?? 0;
      if (failed >= MOST_FAILURES || clock.monotonicMs() - startedMs > BEGIN_WITHIN_MS) return;
      const claimed = await outbox.claim(due);
      if (claimed === null) return;
      const at = clock.now();
      const posted = await send(due.run, claimed.delivery);
      if (posted === null) return claimed.drop();
      const isTaken = await record(claimed, at, posted);
      failures.set(due.host, isTaken ? 0 : (failures.get(due.host) ?? 0) + 1);
    };
    await concurrently(await outbox.due(runId), AT_ONCE, async (due) => {
      try {
        await deliver(due);
      } catch (error) {
        // Its lease ends, and it is due again.
        emit({ type: 'store.failed', operation: safe`webhooks.deliver`, ...describeFailure(error) });
      }
    });
  };
};
