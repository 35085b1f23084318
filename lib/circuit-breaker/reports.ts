import { AppError } from '../kernel/errors.ts';
import type { Clock } from '../kernel/clock.ts';
import { createDeadline } from '../kernel/deadline.ts';
import { safe } from '../kernel/redacted.ts';
import type { Change } from './change.ts';
import { afterCalls, afterProbe, type Result } from './decision.ts';
import type { KnownCircuits } from './known-circuits.ts';
import type { CircuitOptions } from './options.ts';
import type { Tally } from './tally.ts';
import { callAt, merge, totals } from './window.ts';

/** Longest time for one report: what waits for it is a failed call, or the end of a run. */
const REPORT_LIMIT_MS = 1_000;

export interface ReportsOptions {
  readonly change: Change;
  readonly known: Pick<KnownCircuits, 'last'>;
  readonly tally: Tally;
  readonly clock: Clock;
}

/** What came of the calls, told to the circuit they entered. Each rejects where the circuit did not hear of it. */
export interface Reports {
  succeeded(name: string, generation: number, options: CircuitOptions): Promise<void>;
  failed(name: string, generation: number, options: CircuitOptions): Promise<void>;
  probed(name: string, ticket: number, result: Result, options: CircuitOptions): Promise<void>;
}

const contended = () => new AppError('store-unavailable', safe`too many processes change the circuit at once`);

export const createReports = ({ change, known, tally, clock }: ReportsOptions): Reports => {
  /** Carries the tally, and `failed` or not one failure more. Says whether it was heard; what was not goes back. */
  const report = async (name: string, generation: number, failed: boolean, options: CircuitOptions) => {
    const windowMs = options.failureWindowMs;
    const successes = tally.take(name, generation);
    let heard = false;
    using limit = createDeadline(clock, REPORT_LIMIT_MS);
    try {
      const now = clock.now();
      const calls = failed ? merge(successes, callAt(now, windowMs, true), now, windowMs) : successes;
      const swap = await change(
        name,
        (circuit) => afterCalls(circuit, generation, calls, clock.now(), options),
        limit.signal,
        // Successes come again in a second; a failure that is lost is lost.
        failed ? undefined : 1,
      );
      heard = swap.kind === 'changed';
      return swap.kind !== 'contended';
    } finally {
      if (!heard) tally.giveBack(name, generation, successes, windowMs);
    }
  };
  return {
    async succeeded(name, generation, options) {
      const circuit = known.last(name);
      if (circuit?.state !== 'closed' || circuit.generation !== generation) return;
      tally.succeeded(name, generation, options.failureWindowMs);
      if (totals(circuit.window, clock.now()).failures === 0 || !tally.mayWrite(name)) return;
      await report(name, generation, false, options);
    },
    async failed(name, generation, options) {
      if (!(await report(name, generation, true, options))) throw contended();
    },
    async probed(name, ticket, result, options) {
      using limit = createDeadline(clock, REPORT_LIMIT_MS);
      const decide = (circuit: Parameters<typeof afterProbe>[0]) =>
        afterProbe(circuit, ticket, result, clock.now(), options);
      if ((await change(name, decide, limit.signal)).kind === 'contended') throw contended();
    },
  };
};
