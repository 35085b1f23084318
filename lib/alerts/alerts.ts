import type { Clock } from '../kernel/clock.ts';
import { createDeadline } from '../kernel/deadline.ts';
import { AppError } from '../kernel/errors.ts';
import { label, safe } from '../kernel/redacted.ts';
import { nameError } from '../telemetry/describe-error.ts';
import type { Emit } from '../telemetry/events.ts';
import type { Log } from '../telemetry/log.ts';
import { isNews, readTransitions, type Transition } from './alarm.ts';
import type { AlertClaim, AlertClaims } from './claims.ts';
import { slackMessage, webhookMessage, type Message } from './message.ts';
import type { Post } from './post.ts';
import { readTargets, type Targets } from './targets.ts';

/** For the tries of one target; with the store's own limits before and after, all ends within the function's 40 s. */
const LIMIT_MS = 22_000;

export interface AlertsOptions {
  readonly clock: Clock;
  readonly emit: Emit;
  readonly log: Log;
  readonly claims: AlertClaims;
  readonly post: Post;
  /** The secret that names the targets, as `readTargets` reads it. */
  readonly secret: () => Promise<string>;
}

/** Tells every target of each transition in an event of SNS. Rejects where one could not be told, so that it is delivered again. */
export type NotifyAlarm = (event: unknown) => Promise<void>;

const TARGETS = ['slack', 'webhook'] as const;
type TargetName = (typeof TARGETS)[number];

const messageFor = (target: TargetName, targets: Targets, transition: Transition, now: number): Message | null => {
  if (target === 'slack') return targets.slack && slackMessage(transition, targets.slack);
  return targets.webhook && webhookMessage(transition, targets.webhook, now);
};

export const createAlerts = ({ clock, emit, log, claims, post, secret }: AlertsOptions): NotifyAlarm => {
  const saidMissing = new Set<TargetName>();
  const sayMissing = (target: TargetName) => {
    if (saidMissing.has(target)) return;
    saidMissing.add(target);
    log.info(safe`this target of alerts is not configured`, { target: label(target) });
  };

  const orFailed = async <T>(operation: string, act: Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await act;
    } catch (error) {
      emit({ type: 'store.failed', operation: label(`alerts.${operation}`), error: nameError(error) });
      return otherwise;
    }
  };
  // An alarm may well be about the store: better told twice than not at all.
  const unguarded: AlertClaim = { sent: async () => {}, release: async () => {} };

  const tell = async (transition: Transition, target: TargetName, message: Message): Promise<void> => {
    const claim = await orFailed('claim', claims.claim(transition.id, target), unguarded);
    if (claim === null) return;
    const told = { target: label(target), alarm: transition.alarm, state: label(transition.state) };
    using deadline = createDeadline(clock, LIMIT_MS);
    try {
      await post(message, deadline);
    } catch (error) {
      emit({ type: 'alert.failed', ...told, error: nameError(error) });
      await orFailed('release', claim.release(), undefined);
      throw error;
    }
    emit({ type: 'alert.sent', ...told });
    await orFailed('sent', claim.sent(), undefined);
  };

  return async (event) => {
    const transitions = readTransitions(event);
    if (transitions.includes(null)) log.warn(safe`a message on the topic of the alarms is no alarm`);
    const news = transitions.filter((transition) => transition !== null).filter(isNews);
    if (news.length === 0) return;
    const targets = readTargets(await secret());
    const telling = news.flatMap((transition) =>
      TARGETS.map(async (target) => {
        const message = messageFor(target, targets, transition, clock.now());
        return message === null ? sayMissing(target) : tell(transition, target, message);
      }),
    );
    const failed = (await Promise.allSettled(telling)).find(({ status }) => status === 'rejected');
    if (failed) throw new AppError('upstream-error', safe`An alert could not be delivered.`);
  };
};
