import type { Circuit } from '../../lib/circuit-breaker/circuit.ts';
import { type Circuits, createCircuits } from '../../lib/circuit-breaker/circuits.ts';
import type { Result } from '../../lib/circuit-breaker/decision.ts';
import { createMemoryCircuitStore } from '../../lib/circuit-breaker/memory-store.ts';
import type { CircuitStore } from '../../lib/circuit-breaker/store.ts';
import { createFakeClock } from '../fake-clock.ts';
import { seededRandom } from '../seeded-random.ts';
import { type Admitted, NAME, OPTIONS } from './parts.ts';

/** Small figures, so that a short schedule goes through every state. */
const SMALL = { ...OPTIONS, failureThreshold: 2, failureRatio: 0.1, breakDurationMs: 1_000, probeLeaseMs: 3_000 };

/** One step of a schedule; `pick` chooses among what is there. */
export type Step =
  | { readonly kind: 'enter' | 'deliver' | 'flush' | 'began' | 'vanish' | 'close' | 'isolate'; readonly pick: number }
  | { readonly kind: 'report'; readonly pick: number; readonly result: Result }
  | { readonly kind: 'wait'; readonly ms: number };

interface Call {
  readonly entry: Admitted;
  /** The least instant at which its lease can end, if it is a probe. */
  readonly leasedUntil: number;
}

/** What a schedule has done, as the store and the callers saw it. */
export interface Played {
  readonly written: readonly { readonly from: Circuit | null; readonly to: Circuit }[];
  /** Most probes alive at once, and how many there were in all. */
  readonly liveProbes: number;
  readonly probes: number;
  /** Calls to `enter` that never came back. */
  readonly unanswered: number;
}

const chosen = <T>(list: readonly T[], pick: number): T | undefined => list[pick % list.length];

/** Three environments on one store whose every request and answer waits for the schedule to deliver it. */
export const play = async (steps: readonly Step[]): Promise<Played> => {
  const clock = createFakeClock();
  const truth = createMemoryCircuitStore({ clock });
  const underWay: (() => void)[] = [];
  const delivered = () => new Promise<void>((resolve) => underWay.push(resolve));
  const written: { from: Circuit | null; to: Circuit }[] = [];
  const replicas: (Circuit | null)[] = [null];

  const store: CircuitStore = {
    async get(name, { eventually = false } = {}) {
      await delivered();
      // A replica lags by one write at most half of the time; the seed of the schedule says when.
      const found = eventually && underWay.length % 2 === 1 ? (replicas.at(-2) ?? null) : await truth.get(name);
      await delivered();
      return found;
    },
    async replace(name, version, to) {
      await delivered();
      const from = await truth.get(name);
      const done = await truth.replace(name, version, to);
      if (done) {
        written.push({ from, to });
        replicas.push(to);
      }
      await delivered();
      return done;
    },
    list: () => truth.list(),
  };
  const fleet: Circuits[] = [1, 2, 3].map((seed) =>
    createCircuits({ store, clock, random: seededRandom(seed), emit: () => {}, options: SMALL }),
  );

  const calls: Call[] = [];
  const settled = new Set<Call>();
  let [probes, liveProbes, unanswered] = [0, 0, 0];
  const enter = async (circuits: Circuits) => {
    const leasedUntil = clock.now() + SMALL.probeLeaseMs;
    unanswered += 1;
    const entry = await circuits.enter(NAME);
    unanswered -= 1;
    if (!entry.admitted) return;
    if (entry.probe) probes += 1;
    calls.push({ entry, leasedUntil });
  };
  const end = (pick: number, how: (entry: Admitted) => void) => {
    const call = chosen(
      calls.filter((one) => !settled.has(one)),
      pick,
    );
    if (call === undefined) return;
    settled.add(call);
    how(call.entry);
  };
  const deliver = (pick: number) => {
    const [next] = underWay.length === 0 ? [] : underWay.splice(pick % underWay.length, 1);
    next?.();
  };

  const act = (step: Step): void => {
    if (step.kind === 'enter') void enter(chosen(fleet, step.pick) as Circuits);
    else if (step.kind === 'deliver') deliver(step.pick);
    else if (step.kind === 'flush') for (let left = underWay.length; left > 0; left -= 1) deliver(step.pick);
    else if (step.kind === 'began') end(step.pick, (entry) => void entry.began());
    else if (step.kind === 'report') end(step.pick, (entry) => void entry.report(step.result));
    else if (step.kind === 'vanish') calls.splice(step.pick % (calls.length + 1), 1);
    else if (step.kind !== 'wait') {
      const state = step.kind === 'close' ? 'closed' : 'isolated';
      void chosen(fleet, step.pick)
        ?.set(NAME, state)
        .catch(() => undefined);
    }
  };
  for (const step of steps) {
    act(step);
    await clock.advance(step.kind === 'wait' ? step.ms : 0);
    const alive = calls.filter((call) => call.entry.probe && !settled.has(call) && clock.now() < call.leasedUntil);
    liveProbes = Math.max(liveProbes, alive.length);
  }
  while (underWay.length > 0 || clock.pending > 0) {
    deliver(0);
    await clock.advance(underWay.length > 0 ? 0 : 1_000);
  }
  return { written, liveProbes, probes, unanswered };
};
