import type { Environment } from '../lib/kernel/environment.ts';
import { parseCron } from './cron.ts';
import { nextCron, nextOfRate } from './next-call.ts';
import { StartRefused } from './start-refused.ts';
import { type FunctionDefinition, readTriggers } from './triggers.ts';

/** A function that is called again and again. */
export interface Schedule {
  readonly definition: FunctionDefinition;
  /** As in `serverless.yml`: `rate(5 minutes)`, `cron(0 12 * * ? *)`. */
  readonly written: string;
  /** What the function is called with. */
  readonly input: unknown;
  /** Epoch milliseconds of the first call after an instant; `null` where there is none any more. */
  readonly nextAfter: (at: number) => number | null;
  /** Whether it is called when the server starts, too. */
  readonly atStart: boolean;
}

const UNIT_MS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const RATE = /^rate\(([1-9]\d*) (minute|hour|day)s?\)$/;
const CRON = /^cron\((.*)\)$/;

interface ScheduleTrigger {
  readonly rates: readonly unknown[];
  readonly timeZone: string;
  readonly input: unknown;
}

interface Written {
  readonly rate?: unknown;
  readonly timezone?: string;
  readonly input?: unknown;
  readonly enabled?: boolean;
}

const triggerOf = (event: unknown): ScheduleTrigger | undefined => {
  const { schedule } = (event ?? {}) as { schedule?: string | Written };
  if (schedule === undefined) return undefined;
  const {
    rate,
    timezone = 'UTC',
    input = {},
    enabled = true,
  } = typeof schedule === 'string' ? { rate: schedule } : schedule;
  if (!enabled) return undefined;
  // As EventBridge Scheduler sends it: an empty object where no input is given.
  return { rates: Array.isArray(rate) ? (rate as unknown[]) : [rate], timeZone: timezone, input };
};

const timing = (written: string, timeZone: string): Schedule['nextAfter'] => {
  const [, count, unit = ''] = RATE.exec(written) ?? [];
  const unitMs = UNIT_MS[unit];
  if (unitMs !== undefined) return (at) => nextOfRate(Number(count) * unitMs, at);
  const fields = CRON.exec(written)?.[1];
  if (fields === undefined) throw new RangeError('it must read like rate(1 minute) or cron(0 12 * * ? *)');
  const cron = parseCron(fields);
  new Intl.DateTimeFormat('en', { timeZone });
  return (at) => nextCron(cron, timeZone, at);
};

const PROBE = 'probe-dependencies';

/**
 * Functions whose first call is not waited for: `/health` says what they found, and of what a killed server left, budgets are
 * settled and runs go on.
 */
const AT_START: ReadonlySet<string> = new Set([PROBE, 'reconcile-budgets', 'sweep-runs']);

/**
 * Reads the schedules out of the text of `serverless.yml`; one that is not enabled is left out. Throws `StartRefused` where
 * one is neither a rate of minutes, hours or days nor a cron expression.
 */
export const readSchedules = (yaml: string): Schedule[] =>
  readTriggers(yaml, triggerOf).flatMap(({ definition, trigger: { rates, timeZone, input } }) =>
    rates.map((rate) => {
      const written = String(rate);
      try {
        const nextAfter = timing(written, timeZone);
        return { definition, written, input, nextAfter, atStart: AT_START.has(definition.name) };
      } catch (error) {
        const why = error instanceof Error ? error.message : '';
        throw new StartRefused(`serverless.yml: the schedule ${written} of ${definition.name} is wrong: ${why}.`, {
          cause: error,
        });
      }
    }),
  );

/**
 * Functions that run more often here than deployed, where no schedule is shorter than a minute: the reservation of a
 * process that was killed has to be settled 60 seconds after it could have been in use, the function's own work included,
 * and a run that it left goes on within 30 seconds of the next start, also one that it had only just taken. Whoever tries a
 * webhook out waits for it.
 */
const LOCAL_PACE_MS: Readonly<Record<string, number>> = {
  'reconcile-budgets': 15_000,
  'sweep-runs': 15_000,
  'deliver-webhooks': 5_000,
};

/** The schedules as they run in this process; `HEALTH_INTERVAL_MINUTES` sets that of the probes, as its parameter does. */
export const atLocalPace = (schedules: readonly Schedule[], env: Environment = {}): Schedule[] =>
  schedules.map((schedule) => {
    const minutes = Number(env['HEALTH_INTERVAL_MINUTES']);
    // One out of bounds stops the start with a sentence of its own.
    if (schedule.definition.name === PROBE && minutes > 1)
      return { ...schedule, nextAfter: (at) => nextOfRate(minutes * 60_000, at) };
    const paceMs = LOCAL_PACE_MS[schedule.definition.name];
    if (paceMs === undefined) return schedule;
    return { ...schedule, nextAfter: (at) => Math.min(nextOfRate(paceMs, at), schedule.nextAfter(at) ?? Infinity) };
  });
