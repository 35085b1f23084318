import { AppError } from '../kernel/errors.ts';
import { label, safe } from '../kernel/redacted.ts';
import type { Log } from '../telemetry/log.ts';
import { alarmAlert, isNews, readTransitions } from './alarm.ts';
import type { NotifyTargets } from './notify-targets.ts';
import { readTargets, type Targets } from './targets.ts';

export interface AlertsOptions {
  readonly log: Log;
  readonly notify: NotifyTargets;
  /** The secret that names the targets, as `readTargets` reads it. */
  readonly secret: () => Promise<string>;
}

/** Tells every target of each transition in an event of SNS. Rejects where one could not be told, so that it is delivered again. */
export type NotifyAlarm = (event: unknown) => Promise<void>;

export const createAlerts = ({ log, notify, secret }: AlertsOptions): NotifyAlarm => {
  const saidMissing = new Set<string>();
  const sayMissing = (targets: Targets) => {
    for (const [target, configured] of Object.entries(targets)) {
      if (configured !== null || saidMissing.has(target)) continue;
      saidMissing.add(target);
      log.info(safe`this target of alerts is not configured`, { target: label(target) });
    }
  };

  return async (event) => {
    const transitions = readTransitions(event);
    if (transitions.includes(null)) log.warn(safe`a message on the topic of the alarms is no alarm`);
    const news = transitions.filter((transition) => transition !== null).filter(isNews);
    if (news.length === 0) return;
    const targets = readTargets(await secret());
    sayMissing(targets);
    const delivered = await notify(news.map(alarmAlert), targets);
    if (!delivered) throw new AppError('upstream-error', safe`An alert could not be delivered.`);
  };
};
