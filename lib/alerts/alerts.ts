import { AppError } from '../kernel/errors.ts';
import { label, safe } from '../kernel/redacted.ts';
import type { Emit } from '../telemetry/events.ts';
import type { Log } from '../telemetry/log.ts';
import { alarmAlert, newsOf } from './alarm/alarm-alert.ts';
import { readTransitions, type Transition } from './alarm/transition.ts';
import type { Alert } from './alert.ts';
import type { Consequences, Outlasting } from './damping/consequences.ts';
import { calmAlert, flappingAlert, lastsAlert, outlastsAlert, stormAlert } from './damping/damped-alerts.ts';
import type { Flaps, Rested } from './damping/flaps.ts';
import type { Storms } from './damping/storms.ts';
import type { NotifiedAlarms } from './notified-alarms.ts';
import type { NotifyTargets } from './targets/notify-targets.ts';
import { orFailed } from './targets/or-failed.ts';
import { currentTargets, mailAlone, type Targets, type TargetsOptions } from './targets/targets.ts';

export interface AlertsOptions extends TargetsOptions {
  readonly log: Log;
  readonly emit: Emit;
  readonly notify: NotifyTargets;
  readonly notifiedAlarms: NotifiedAlarms;
  /** Reads the secret anew: an address in it may have been replaced. Default: the next delivery finds what there is. */
  readonly refreshSecret?: () => Promise<unknown>;
  readonly flaps: Flaps;
  readonly storms: Storms;
  readonly consequences: Consequences;
}

/**
 * Tells every target of each transition in an event, and in its schedule's event (`LOOK`) of alarms that have stopped
 * flapping, or outlast their cause.
 * Rejects where one could not be told, so that it is delivered again.
 */
export type NotifyAlarm = (event: unknown) => Promise<void>;

/** What the schedule sends. */
const isLook = (event: unknown): boolean =>
  typeof event === 'object' && event !== null && 'look' in event && event.look === 'flapping';

export const createAlerts = (options: AlertsOptions): NotifyAlarm => {
  const { log, emit, notify, notifiedAlarms, flaps, storms, consequences, refreshSecret } = options;
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
    if (news === 'begins') await orGoOn('begun', notifiedAlarms.note(transition), undefined);
    if (news === 'ends-if-notified') return orGoOn('told', notifiedAlarms.has(transition.alarmId), true);
    return news !== null;
  };

  /** What is to be told of a transition; `null`: nothing. */
  const alertOf = async (transition: Transition): Promise<Alert | null> => {
    if (newsOf(transition) === null) return null;
    if (await orGoOn('causes', consequences.silences(transition), false)) return null;
    if (!(await isNews(transition))) return null;
    const verdict = await orGoOn('flaps', flaps.note(transition), 'change');
    if (verdict === 'nothing') return null;
    if (verdict === 'flapping') return flappingAlert(transition);
    const storm = await orGoOn('storms', storms.join(transition), null);
    return storm === null ? alarmAlert(transition) : stormAlert(storm);
  };

  const targetsFor = async (alerts: readonly Alert[]): Promise<Targets> => {
    try {
      return await currentTargets(options);
    } catch (error) {
      // Mail needs no secret. The next delivery tells the rest.
      await notify(alerts, mailAlone(options));
      throw error;
    }
  };

  const tell = async (alerts: readonly Alert[]): Promise<void> => {
    if (alerts.length === 0) return;
    const targets = await targetsFor(alerts);
    sayMissing(targets);
    if (await notify(alerts, targets)) return;
    await orGoOn('secret', Promise.resolve(refreshSecret?.()), undefined);
    throw new AppError('upstream-error', safe`An alert could not be delivered.`);
  };

  const tellRested = async ({ transition, how, done }: Rested): Promise<void> => {
    await tell([how === 'over' ? calmAlert(transition) : lastsAlert(transition)]);
    const isDone = await orGoOn('flaps', done(), false);
    // One that went off meanwhile is not over.
    if (isDone && how === 'over') await orGoOn('over', notifiedAlarms.note(transition), undefined);
  };

  const tellOutlasting = async ({ transition, done }: Outlasting): Promise<void> => {
    await orGoOn('begun', notifiedAlarms.note(transition), undefined);
    await tell([outlastsAlert(transition)]);
    await orGoOn('causes', done(), false);
  };

  /** Each by itself: one that could not be told holds up no other. */
  const look = async (): Promise<void> => {
    const [rested, outlasting] = await Promise.all([flaps.rested(), orGoOn('causes', consequences.outlasting(), [])]);
    const told = await Promise.allSettled([...rested.map(tellRested), ...outlasting.map(tellOutlasting)]);
    const failed = told.find((each) => each.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  };

  return async (event) => {
    if (isLook(event)) return look();
    const read = readTransitions(event);
    if (read.includes(null)) log.warn(safe`a message on the topic of the alarms is no alarm`);
    const transitions = read.filter((transition) => transition !== null);
    const alerts = new Map<string, Alert>();
    const ended: Transition[] = [];
    await Promise.all(
      transitions.map(async (transition) => {
        const alert = await alertOf(transition);
        if (alert === null) return;
        alerts.set(alert.id, alert);
        if (transition.state === 'OK') ended.push(transition);
      }),
    );
    await tell([...alerts.values()]);
    for (const transition of ended) await orGoOn('over', notifiedAlarms.note(transition), undefined);
  };
};
