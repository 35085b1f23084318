import type { Clock } from '../lib/kernel/clock.ts';
import { label, safe } from '../lib/kernel/redacted.ts';
import { describeError } from '../lib/telemetry/describe-error.ts';
import type { Log } from '../lib/telemetry/log.ts';
import type { Schedule } from './schedules.ts';

/** A function for events that nobody waits for. */
export type EventHandler = (event: unknown) => Promise<unknown>;

export interface RunSchedulesOptions {
  readonly schedules: readonly Schedule[];
  /** By the name of the function. */
  readonly handlers: ReadonlyMap<string, EventHandler>;
  readonly clock: Clock;
  readonly log: Log;
}

/** The scheduler of a deployment, in this process. */
export interface RunningSchedules {
  /** Calls every function now, and each again when its time has passed; one that is not done by then is left out. */
  start(): void;
  /** Calls nothing any more, and resolves when what was called has ended, or after `graceMs`. Called again with less, it hurries. */
  stop(graceMs: number): Promise<void>;
}

export const createSchedules = ({ schedules, handlers, clock, log }: RunSchedulesOptions): RunningSchedules => {
  const underWay = new Set<Promise<void>>();
  const callOff = new Map<Schedule, () => void>();
  const late = Promise.withResolvers<void>();
  let stopped = false;

  const call = async ({ definition }: Schedule): Promise<void> => {
    try {
      // As EventBridge Scheduler sends it where no input is given.
      await handlers.get(definition.name)?.({});
    } catch (error) {
      log.error(safe`function failed`, { function: label(definition.name), ...describeError(error) });
    }
  };
  const busy = new Set<Schedule>();
  const tick = (schedule: Schedule): void => {
    if (stopped) return;
    callOff.set(
      schedule,
      clock.after(schedule.everyMs, () => tick(schedule)),
    );
    if (busy.has(schedule)) return;
    busy.add(schedule);
    const ended = call(schedule).finally(() => {
      busy.delete(schedule);
      underWay.delete(ended);
    });
    underWay.add(ended);
  };

  return {
    start: () => schedules.forEach(tick),
    async stop(graceMs) {
      stopped = true;
      for (const cancel of callOff.values()) cancel();
      const cancel = clock.after(graceMs, late.resolve);
      await Promise.race([Promise.all(underWay), late.promise]);
      cancel();
    },
  };
};
