import { createSharedRead } from '../kernel/caching/shared-read.ts';
import type { Clock } from '../kernel/clock.ts';
import { createDeadline } from '../kernel/deadline.ts';
import { type Circuit, NEVER_FAILED } from './circuit.ts';
import type { CircuitStore } from './store.ts';

/** How old what an environment knows may be: the contract's "every process sees within about a second". */
const KEPT_MS = 1_000;
/** A call waits no longer than this for its circuit: then it goes unguarded. */
const READ_LIMIT_MS = 500;

/** What one environment knows of the circuits: one eventually consistent read a second and name, shared by all who ask. */
export interface KnownCircuits {
  /** Rejects when the store does not answer, for a second from then without asking it again. */
  get(name: string): Promise<Circuit>;
  /** What was last read or written here, however old. */
  last(name: string): Circuit | null;
  /** Takes over what this environment has just written or read strongly, unless it knows a later version. */
  learn(name: string, circuit: Circuit): void;
}

export interface KnownCircuitsOptions {
  readonly store: Pick<CircuitStore, 'get'>;
  readonly clock: Clock;
}

export const createKnownCircuits = ({ store, clock }: KnownCircuitsOptions): KnownCircuits => {
  const reads = createSharedRead<Circuit>({ clock, ttlMs: KEPT_MS, failureTtlMs: KEPT_MS });
  const last = new Map<string, Circuit>();

  const read = async (name: string): Promise<Circuit> => {
    const before = last.get(name);
    using limit = createDeadline(clock, READ_LIMIT_MS);
    const { signal } = limit;
    const found = (await store.get(name, { eventually: true, signal })) ?? NEVER_FAILED;
    // A replica that lags behind what was seen here already is not believed.
    const lags = before !== undefined && found.version < before.version;
    const circuit = lags ? ((await store.get(name, { signal })) ?? NEVER_FAILED) : found;
    const learned = last.get(name);
    if (learned !== undefined && learned !== before) return learned;
    last.set(name, circuit);
    return circuit;
  };
  return {
    get: (name) => reads.find(name, () => read(name)),
    last: (name) => last.get(name) ?? null,
    learn(name, circuit) {
      if (circuit.version < (last.get(name)?.version ?? 0)) return;
      last.set(name, circuit);
      reads.set(name, circuit);
    },
  };
};
