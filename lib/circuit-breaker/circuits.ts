import type { Clock, Random } from '../kernel/clock.ts';
import { createDeadline } from '../kernel/deadline.ts';
import { AppError } from '../kernel/errors.ts';
import { label, safe } from '../kernel/redacted.ts';
import { nameError } from '../telemetry/describe-error.ts';
import type { Emit } from '../telemetry/events.ts';
import { anonymousCall, type CircuitCall } from './call.ts';
import { createChange } from './change.ts';
import type { Circuit, Word } from './circuit.ts';
import { admit, elect, override, type Result } from './decision.ts';
import { createEntry, type Entry, UNGUARDED } from './entry.ts';
import { createKnownCircuits } from './known-circuits.ts';
import type { CircuitOptions } from './options.ts';
import { createReports } from './reports.ts';
import type { CircuitStore } from './store.ts';
import { createTally } from './tally.ts';
import { type CircuitView, viewOf } from './view.ts';
import { totals } from './window.ts';

/** Longest time to become the probe, and for an administrator's word. */
const ELECTION_LIMIT_MS = 1_000;
const OVERRIDE_LIMIT_MS = 5_000;
/** When to come back to a circuit that too many change at once. */
const CONTENDED_MS = 1_000;

export interface CircuitsOptions {
  readonly store: CircuitStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly emit: Emit;
  /** For circuits without settings of their own. */
  readonly options: CircuitOptions;
}

/** The circuits of all dependencies, shared by every process on the store. */
export interface Circuits {
  /**
   * Asks to pass; never rejects. Where the store fails, the attempt goes through and is counted, unless the circuit was last known as isolated. `call`: what the
   * attempts of one call have in common; default: one that this attempt is all of.
   */
  enter(name: string, settings?: Partial<CircuitOptions>, call?: CircuitCall): Promise<Entry>;
  /** How a circuit stands, as `enter` would see it, and so that the next `enter` need not read; `null`: the store fails, and it was not isolated. */
  look(name: string): Promise<CircuitView | null>;
  /** The failures that this environment last knew in the window of a closed circuit, and how many open it; no I/O. */
  window(
    name: string,
    settings?: Partial<CircuitOptions>,
  ): { readonly failures: number; readonly failureThreshold: number };
  /** All circuits that failed or were changed lately, by name. Rejects with `store-unavailable`. */
  list(): Promise<CircuitView[]>;
  /** An administrator's word: `closed` clears its failures; `word`: who isolates it, and why. Rejects with `store-unavailable`. */
  set(name: string, state: 'closed' | 'isolated', word?: Word): Promise<CircuitView>;
}

export const createCircuits = ({ store, clock, random, emit, options: defaults }: CircuitsOptions): Circuits => {
  const known = createKnownCircuits({ store, clock });
  const change = createChange({ store, clock, random, known, emit });
  const reports = createReports({ change, known, tally: createTally(clock), clock });

  const unguarded = (name: string, operation: 'enter' | 'report', error: unknown) =>
    emit({ type: 'circuit.unguarded', name: label(name), operation: label(operation), error: nameError(error) });
  const heard = async (name: string, report: Promise<void>): Promise<void> => {
    try {
      await report;
    } catch (error) {
      unguarded(name, 'report', error);
    }
  };

  /** An administrator's word holds until it is taken back, whatever becomes of the store. */
  const isolatedBefore = (name: string): Circuit | null => {
    const last = known.last(name);
    return last?.state === 'isolated' ? last : null;
  };

  const passing = (name: string, { generation }: Circuit, options: CircuitOptions, call: CircuitCall): Entry => {
    const act: Record<Result, () => Promise<void>> = {
      async success() {
        const { by, counted } = call;
        if (counted?.generation !== generation) return await reports.succeeded(name, generation, by, options);
        call.counted = null;
        await reports.recovered(name, counted, by, options);
      },
      async failure() {
        if (call.counted !== null) return;
        call.counted = { generation, at: clock.now() };
        await reports.failed(name, call.counted, call.by, options);
      },
      neutral: async () => {},
    };
    return createEntry(false, (result) => heard(name, act[result]()));
  };
  const probing = (name: string, ticket: number, options: CircuitOptions): Entry => {
    let renewedMs = clock.monotonicMs();
    const lives = async () => {
      // A third of it: two renewals may fail before a lease is lost.
      if (clock.monotonicMs() - renewedMs < options.probeLeaseMs / 3) return;
      renewedMs = clock.monotonicMs();
      await heard(name, reports.renewed(name, ticket, options));
    };
    return createEntry(true, (result) => heard(name, reports.probed(name, ticket, result, options)), lives);
  };

  const decided = async (
    name: string,
    circuit: Circuit,
    options: CircuitOptions,
    call: CircuitCall,
  ): Promise<Entry> => {
    const admission = admit(circuit, clock.now());
    if (admission.kind === 'pass') return passing(name, circuit, options, call);
    if (admission.kind === 'refuse') {
      const closed = await reports.objected(name, circuit, options);
      if (closed !== null) return passing(name, closed, options, call);
      return { admitted: false, retryAfterMs: admission.retryAfterMs };
    }
    using limit = createDeadline(clock, ELECTION_LIMIT_MS);
    const swap = await change(name, (current) => elect(current, clock.now(), options), limit.signal);
    if (swap.kind === 'changed') return probing(name, swap.to.version, options);
    if (swap.kind === 'contended') return { admitted: false, retryAfterMs: CONTENDED_MS };
    return await decided(name, swap.circuit, options, call);
  };

  return {
    async enter(name, settings = {}, call = anonymousCall()) {
      try {
        return await decided(name, await known.get(name), { ...defaults, ...settings }, call);
      } catch (error) {
        if (isolatedBefore(name)) return { admitted: false, retryAfterMs: null };
        unguarded(name, 'enter', error);
        return UNGUARDED;
      }
    },
    async look(name) {
      const circuit = await known.get(name).catch(() => isolatedBefore(name));
      return circuit && viewOf(name, circuit, clock.now());
    },
    window(name, { failureThreshold = defaults.failureThreshold } = {}) {
      const circuit = known.last(name);
      const failures = circuit?.state === 'closed' ? totals(circuit.window, clock.now()).failures : 0;
      return { failures, failureThreshold };
    },
    async list() {
      const all = await store.list();
      return all.map(({ name, circuit }) => viewOf(name, circuit, clock.now()));
    },
    async set(name, state, word) {
      using limit = createDeadline(clock, OVERRIDE_LIMIT_MS);
      const swap = await change(name, (circuit) => override(circuit, state, clock.now(), word), limit.signal);
      if (swap.kind === 'contended') {
        throw new AppError('store-unavailable', safe`The circuit is being changed.`, { retryAfterMs: CONTENDED_MS });
      }
      return viewOf(name, swap.kind === 'changed' ? swap.to : swap.circuit, clock.now());
    },
  };
};
