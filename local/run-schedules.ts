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

/** A timer knows neither 25 days nor that a laptop slept or its clock was set: so the time is looked at again. */
const LONGEST_WAIT_MS = 60_000;

/** The scheduler of a deployment, in this process. */
export interface RunningSchedules {
  /** Calls each function whenever its time comes; one that is not done by then is left out. */
  start(): void;
  /** Calls nothing any more, and resolves when what was called has ended, or after `graceMs`. Called again with less, it hurries. */
  stop(graceMs: number): Promise<void>;
}

export const createSchedules = ({ schedules, handlers, clock, log }: RunSchedulesOptions): RunningSchedules => {
  const underWay = new Set<Promise<void>>();
  const callOff = new Map<Schedule, () => void>();
  const late = Promise.withResolvers<void>();
  let stopped = false;

  const call = async ({ definition, input }: Schedule): Promise<void> => {
    try {
      await handlers.get(definition.name)?.(input);
    } catch (error) {
      log.error(safe`function failed`, { function: label(definition.name), ...describeError(error) });
    }
  };
  const busy = new Set<Schedule>();
  const callUnlessBusy = (schedule: Schedule): void => {
    if (busy.has(schedule)) return;
    busy.add(schedule);
    const ended = call(schedule).finally(() => {
      busy.delete(schedule);
      underWay.delete(ended);
    });
    underWay.add(ended);
  };
  const waitFor = (schedule: Schedule, next: number): void => {
    const due = () => {
      const now = clock.now();
      if (now >= next) {
        waitForNext(schedule, now);
        callUnlessBusy(schedule);
      } else waitFor(schedule, Math.min(next, schedule.nextAfter(now) ?? next));
    };
    callOff.set(schedule, clock.after(Math.min(next - clock.now(), LONGEST_WAIT_MS), due));
  };
  const waitForNext = (schedule: Schedule, now: number): void => {
    const next = schedule.nextAfter(now);
    if (stopped || next === null) callOff.delete(schedule);
    else waitFor(schedule, next);
  };

  return {
    start() {
      for (const schedule of schedules) {
        waitForNext(schedule, clock.now());
        if (schedule.atStart) callUnlessBusy(schedule);
      }
    },
    async stop(graceMs) {
      stopped = true;
      for (const cancel of callOff.values()) cancel();
      const cancel = clock.after(graceMs, late.resolve);
      await Promise.race([Promise.all(underWay), late.promise]);
      cancel();
    },
  };
};
