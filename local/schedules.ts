import { StartRefused } from './start-refused.ts';
import { type FunctionDefinition, readTriggers } from './triggers.ts';

/** A function that is called again and again. */
export interface Schedule {
  readonly definition: FunctionDefinition;
  readonly everyMs: number;
}

const UNIT_MS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

const RATE = /^rate\((\d+) (minute|hour|day)s?\)$/;

interface ScheduleTrigger {
  readonly rates: readonly unknown[];
}

const triggerOf = (event: unknown): ScheduleTrigger | undefined => {
  const { schedule } = (event ?? {}) as { schedule?: string | { rate?: unknown } };
  if (schedule === undefined) return undefined;
  const rate = typeof schedule === 'string' ? schedule : schedule.rate;
  return { rates: Array.isArray(rate) ? (rate as unknown[]) : [rate] };
};

/** Reads the schedules out of the text of `serverless.yml`. Throws `StartRefused` where one is no rate of minutes, hours or days. */
export const readSchedules = (yaml: string): Schedule[] =>
  readTriggers(yaml, triggerOf).flatMap(({ definition, trigger }) =>
    trigger.rates.map((rate) => {
      const [, count, unit = ''] = RATE.exec(String(rate)) ?? [];
      const unitMs = UNIT_MS[unit];
      if (unitMs === undefined) {
        throw new StartRefused(
          `serverless.yml: the schedule of ${definition.name} must read like rate(1 minute) to run here.`,
        );
      }
      return { definition, everyMs: Number(count) * unitMs };
    }),
  );

/**
 * Functions that run more often here than deployed, where no schedule is shorter than a minute: the reservation of a
 * process that was killed has to be settled 60 seconds after it could have been in use, the function's own work included.
 */
const LOCAL_PACE_MS: Readonly<Record<string, number>> = { 'reconcile-budgets': 15_000 };

/** The schedules as they run in this process. */
export const atLocalPace = (schedules: readonly Schedule[]): Schedule[] =>
  schedules.map(({ definition, everyMs }) => ({
    definition,
    everyMs: Math.min(everyMs, LOCAL_PACE_MS[definition.name] ?? everyMs),
  }));
