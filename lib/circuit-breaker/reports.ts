import type { Clock } from '../kernel/clock.ts';
import { createDeadline } from '../kernel/deadline.ts';
import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';
import type { CircuitCall } from './call.ts';
import type { Change } from './change.ts';
import type { Circuit } from './circuit.ts';
import { afterCalls, afterProbe, reconsider, renew, type Result } from './decision.ts';
import type { KnownCircuits } from './known-circuits.ts';
import type { CircuitOptions } from './options.ts';
import type { Tally } from './tally.ts';
import { callAt, merge, recoveryOf, totals, type Window } from './window.ts';

/** Longest time for one report: what waits for it is a failed call, or the end of a run. */
const REPORT_LIMIT_MS = 1_000;

export interface ReportsOptions {
  readonly change: Change;
  readonly known: Pick<KnownCircuits, 'last'>;
  readonly tally: Tally;
  readonly clock: Clock;
}

/** A failure as it was counted; `at`: epoch milliseconds. */
type Counted = NonNullable<CircuitCall['counted']>;

/** What came of the calls, reported to the circuit they entered. Each rejects where the circuit did not hear of it. */
export interface Reports {
  succeeded(name: string, generation: number, by: string | null, options: CircuitOptions): Promise<void>;
  failed(name: string, counted: Counted, by: string | null, options: CircuitOptions): Promise<void>;
  /** The call whose failure was counted has succeeded after all. */
  recovered(name: string, counted: Counted, by: string | null, options: CircuitOptions): Promise<void>;
  probed(name: string, ticket: number, result: Result, options: CircuitOptions): Promise<void>;
  /** The probe is under way for long, and lives. */
  renewed(name: string, ticket: number, options: CircuitOptions): Promise<void>;
  /** Tells an open circuit of the successes that were counted here before it opened; the circuit, where that closes it. */
  objected(name: string, circuit: Circuit, options: CircuitOptions): Promise<Circuit | null>;
}

const contended = () => new AppError('store-unavailable', safe`Too many processes change the circuit at once.`);

export const createReports = ({ change, known, tally, clock }: ReportsOptions): Reports => {
  /** Carries the tally, and `news` with it. Says whether it was heard; what of the tally was not goes back. */
  const report = async (name: string, generation: number, news: Window, options: CircuitOptions) => {
    const windowMs = options.failureWindowMs;
    const successes = tally.take(name, generation);
    let heard = false;
    using limit = createDeadline(clock, REPORT_LIMIT_MS);
    try {
      const calls = merge(successes, news, clock.now(), windowMs);
      const swap = await change(
        name,
        (circuit) => afterCalls(circuit, generation, calls, clock.now(), options),
        limit.signal,
        // Successes come again in a second; other news that is lost is lost.
        news.length === 0 ? 1 : undefined,
      );
      heard = swap.kind === 'changed';
      return swap.kind !== 'contended';
    } finally {
      if (!heard) tally.giveBack(name, generation, successes, windowMs);
    }
  };
  return {
    async succeeded(name, generation, by, options) {
      const circuit = known.last(name);
      if (circuit?.state !== 'closed' || circuit.generation !== generation) return;
      tally.succeeded(name, generation, options.failureWindowMs, by);
      if (totals(circuit.window, clock.now()).failures === 0 || !tally.mayWrite(name)) return;
      await report(name, generation, [], options);
    },
    async failed(name, { generation, at }, by, options) {
      const failure = callAt(at, options.failureWindowMs, true, by);
      if (!(await report(name, generation, failure, options))) throw contended();
    },
    async recovered(name, { generation, at }, by, options) {
      const recovery = recoveryOf(at, options.failureWindowMs, by);
      if (!(await report(name, generation, recovery, options))) throw contended();
    },
    async objected(name, circuit, options) {
      if (circuit.state !== 'open' || circuit.window === undefined) return null;
      const generation = circuit.generation - 1;
      const successes = tally.take(name, generation);
      if (successes.length === 0 || reconsider(circuit, successes, options) === null) return null;
      using limit = createDeadline(clock, REPORT_LIMIT_MS);
      const decide = (current: Circuit) =>
        current.generation === circuit.generation ? reconsider(current, successes, options) : null;
      const swap = await change(name, decide, limit.signal);
      return swap.kind === 'changed' ? swap.to : null;
    },
    async renewed(name, ticket, options) {
      using limit = createDeadline(clock, REPORT_LIMIT_MS);
      const decide = (circuit: Circuit) => renew(circuit, ticket, clock.now(), options);
      if ((await change(name, decide, limit.signal)).kind === 'contended') throw contended();
    },
    async probed(name, ticket, result, options) {
      using limit = createDeadline(clock, REPORT_LIMIT_MS);
      const decide = (circuit: Circuit) => afterProbe(circuit, ticket, result, clock.now(), options);
      if ((await change(name, decide, limit.signal)).kind === 'contended') throw contended();
    },
  };
};
