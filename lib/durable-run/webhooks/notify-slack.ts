import type { Alert } from '../../alerts/alert.ts';
import { slackMessage } from '../../alerts/message.ts';
import type { Post } from '../../alerts/targets/post.ts';
import { readTargets } from '../../alerts/targets/targets.ts';
import type { Clock } from '../../kernel/clock.ts';
import { createDeadline } from '../../kernel/deadline.ts';
import { label, safe } from '../../kernel/redacted.ts';
import type { ApprovalRequest } from '../../runs/inbox/inbox-item.ts';
import type { Delivery } from '../../runs/outbox/delivery.ts';
import type { RunKey } from '../../runs/run-key.ts';
import { nameError } from '../../telemetry/describe-error.ts';
import type { Posted } from '../../webhooks/post-once.ts';
import { approvalPath } from './payload.ts';

export interface NotifySlackOptions {
  readonly clock: Clock;
  readonly post: Post;
  /** The secret of the alerts. */
  readonly secret: () => Promise<string>;
}

/** Tells the stage's Slack that a tool call waits; `null` where the stage has none. Never rejects. */
export type NotifySlack = (run: RunKey, delivery: Delivery) => Promise<Posted | null>;

/** For all tries of one message together. */
const LIMIT_MS = 15_000;

/** The tool, the run and where to answer. Never the input: it is a prompt's offspring, and may hold secrets. */
const noticeOf = (run: RunKey, { id, content }: Delivery): Alert => {
  const { toolUseId, tool } = content as ApprovalRequest;
  const path = approvalPath(run, toolUseId);
  return {
    id,
    alarm: label(`approval/${run.runId}`),
    state: safe`requested`,
    text: `:raised_hand: *${tool}* waits for approval in run ${run.runId} of ${run.tenantId}. Answer at \`POST ${path}\`.`,
    mail: null,
    fields: { type: 'approval.requested', tool, runId: run.runId, answerPath: path },
  };
};

export const createNotifySlack =
  ({ clock, post, secret }: NotifySlackOptions): NotifySlack =>
  async (run, delivery) => {
    const startedMs = clock.monotonicMs();
    const done = (status: number | null, error: Posted['error']): Posted => {
      return { status, error, retryAfterMs: null, durationMs: clock.monotonicMs() - startedMs };
    };
    using deadline = createDeadline(clock, LIMIT_MS);
    try {
      const { slack } = readTargets(await secret());
      if (slack === null) return null;
      await post(slackMessage(noticeOf(run, delivery), slack), deadline);
      return done(200, null);
    } catch (error) {
      return done(null, nameError(error));
    }
  };
