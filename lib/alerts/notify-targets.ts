import type { Clock } from '../kernel/clock.ts';
import { createDeadline } from '../kernel/deadline.ts';
import { label } from '../kernel/redacted.ts';
import { nameError } from '../telemetry/describe-error.ts';
import type { Emit } from '../telemetry/events.ts';
import type { Alert } from './alert.ts';
import type { AlertClaim, AlertClaims } from './claims.ts';
import { type Message, slackMessage, webhookMessage } from './message.ts';
import { orFailed } from './or-failed.ts';
import type { Post } from './post.ts';
import type { Targets } from './targets.ts';

/** For the tries of one target; with the store's own limits before and after, all ends within 40 s. */
const LIMIT_MS = 22_000;

export interface NotifyTargetsOptions {
  readonly clock: Clock;
  readonly emit: Emit;
  readonly claims: AlertClaims;
  readonly post: Post;
}

/** Tells each configured target of each alert, once. Resolves to whether all were told that had to be; never rejects. */
export type NotifyTargets = (alerts: readonly Alert[], targets: Targets) => Promise<boolean>;

const messagesOf = (alert: Alert, { slack, webhook }: Targets, now: number): [string, Message][] => [
  ...(slack === null ? [] : [['slack', slackMessage(alert, slack)] as [string, Message]]),
  ...(webhook === null ? [] : [['webhook', webhookMessage(alert, webhook, now)] as [string, Message]]),
];

// An alert may well be about the store: better told twice than not at all.
const UNGUARDED: AlertClaim = { sent: async () => {}, release: async () => {} };

export const createNotifyTargets = ({ clock, emit, claims, post }: NotifyTargetsOptions): NotifyTargets => {
  const orGoOn = orFailed(emit);

  const notify = async ({ id, alarm, state }: Alert, target: string, message: Message): Promise<boolean> => {
    const claim = await orGoOn('claim', claims.claim(id, target), UNGUARDED);
    if (claim === null) return true;
    const delivered = { target: label(target), alarm, state };
    using deadline = createDeadline(clock, LIMIT_MS);
    try {
      await post(message, deadline);
    } catch (error) {
      emit({ type: 'alert.failed', ...delivered, error: nameError(error) });
      await orGoOn('release', claim.release(), undefined);
      return false;
    }
    emit({ type: 'alert.sent', ...delivered });
    await orGoOn('sent', claim.sent(), undefined);
    return true;
  };

  return async (alerts, targets) => {
    const telling = alerts.flatMap((alert) =>
      messagesOf(alert, targets, clock.now()).map(([target, message]) => notify(alert, target, message)),
    );
    return (await Promise.all(telling)).every(Boolean);
  };
};
