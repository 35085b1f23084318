import { AppError } from '../kernel/errors.ts';
import { label, safe } from '../kernel/redacted.ts';
import type { Emit } from '../telemetry/events.ts';
import type { Log } from '../telemetry/log.ts';
import { alarmAlert, newsOf } from './alarm.ts';
import type { NotifiedAlarms } from './notified-alarms.ts';
import type { NotifyTargets } from './notify-targets.ts';
import { orFailed } from './or-failed.ts';
import { currentTargets, type Targets, type TargetsOptions } from './targets.ts';
import { readTransitions, type Transition } from './transition.ts';

export interface AlertsOptions extends TargetsOptions {
  readonly log: Log;
  readonly emit: Emit;
  readonly notify: NotifyTargets;
  readonly notifiedAlarms: NotifiedAlarms;
  /** Reads the secret anew: an address in it may have been replaced. Default: the next delivery finds what there is. */
  readonly refreshSecret?: () => Promise<unknown>;
}

/** Tells every target of each transition in an event. Rejects where one could not be told, so that it is delivered again. */
export type NotifyAlarm = (event: unknown) => Promise<void>;

export const createAlerts = (options: AlertsOptions): NotifyAlarm => {
  const { log, emit, notify, notifiedAlarms, refreshSecret } = options;
  const saidMissing = new Set<string>();
  const sayMissing = (targets: Targets) => {
    for (const [target, configured] of Object.entries(targets)) {
      if (configured !== null || saidMissing.has(target)) continue;
      saidMissing.add(target);
      log.info(safe`this target of alerts is not configured`, { target: label(target) });
    }
  };

  const orGoOn = orFailed(emit);

  /** Noted before it is told: whoever dies in between has told too little, and the next delivery tells the rest. */
  const isNews = async (transition: Transition): Promise<boolean> => {
    const news = newsOf(transition);
    if (news === 'begins') await orGoOn('begun', notifiedAlarms.add(transition.alarmId), undefined);
    if (news === 'ends-if-notified') return orGoOn('told', notifiedAlarms.has(transition.alarmId), true);
    return news !== null;
  };
  const newsIn = async (transitions: readonly Transition[]): Promise<Transition[]> => {
    const news: Transition[] = [];
    for (const transition of transitions) if (await isNews(transition)) news.push(transition);
    return news;
  };

  return async (event) => {
    const transitions = readTransitions(event);
    if (transitions.includes(null)) log.warn(safe`a message on the topic of the alarms is no alarm`);
    const news = await newsIn(transitions.filter((transition) => transition !== null));
    if (news.length === 0) return;
    const targets = await currentTargets(options);
    sayMissing(targets);
    const delivered = await notify(news.map(alarmAlert), targets);
    if (!delivered) {
      await orGoOn('secret', Promise.resolve(refreshSecret?.()), undefined);
      throw new AppError('upstream-error', safe`An alert could not be delivered.`);
    }
    for (const { state, alarmId } of news)
      if (state === 'OK') await orGoOn('over', notifiedAlarms.remove(alarmId), undefined);
  };
};
