import type { Clock } from '../../kernel/clock.ts';
import { createDeadline, type Deadline } from '../../kernel/deadline.ts';
import { label } from '../../kernel/redacted.ts';
import { nameError } from '../../telemetry/describe-error.ts';
import type { Emit } from '../../telemetry/events.ts';
import type { Alert } from '../alert.ts';
import { slackMessage, webhookMessage } from '../message.ts';
import type { AlertClaim, AlertClaims } from './claims.ts';
import type { Mail } from './mail.ts';
import { orFailed } from './or-failed.ts';
import type { Post } from './post.ts';
import type { Targets } from './targets.ts';

/** For the tries of one target; with the store's own limits before and after, all ends within 40 s. */
export const LIMIT_MS = 22_000;

export interface NotifyTargetsOptions {
  readonly clock: Clock;
  readonly emit: Emit;
  readonly claims: AlertClaims;
  readonly post: Post;
  readonly mail: Mail;
}

/** Tells each configured target of each alert, once. Resolves to whether all were told that had to be; never rejects. */
export type NotifyTargets = (alerts: readonly Alert[], targets: Targets) => Promise<boolean>;

type Send = (deadline: Deadline) => Promise<void>;

/** How the alert gets to each target that is there, by the target's name. */
export const waysTo = (
  alert: Alert,
  targets: Targets,
  { clock, post, mail }: Pick<NotifyTargetsOptions, 'clock' | 'post' | 'mail'>,
): [string, Send][] => {
  const ways: [string, Send][] = [];
  const { slack, webhook, mail: topic } = targets;
  if (slack !== null) ways.push(['slack', (deadline) => post(slackMessage(alert, slack), deadline)]);
  if (webhook !== null)
    ways.push(['webhook', (deadline) => post(webhookMessage(alert, webhook, clock.now()), deadline)]);
  const text = alert.mail;
  if (topic !== null && text !== null) ways.push(['mail', (deadline) => mail(text, topic.topicArn, deadline)]);
  return ways;
};

/** An alert may well be about the store: better told twice than not at all. */
export const UNGUARDED: AlertClaim = { sent: async () => {}, release: async () => {} };

export const createNotifyTargets = (options: NotifyTargetsOptions): NotifyTargets => {
  const { clock, emit, claims } = options;
  const orGoOn = orFailed(emit);

  const notify = async ({ id, alarm, state }: Alert, target: string, send: Send): Promise<boolean> => {
    const claim = await orGoOn('claim', claims.claim(id, target), UNGUARDED);
    if (claim === null) return true;
    const delivered = { target: label(target), alarm, state };
    using deadline = createDeadline(clock, LIMIT_MS);
    try {
      await send(deadline);
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
      waysTo(alert, targets, options).map(([target, send]) => notify(alert, target, send)),
    );
    return (await Promise.all(telling)).every(Boolean);
  };
};
