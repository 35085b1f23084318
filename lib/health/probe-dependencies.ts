import type { Clock } from '../kernel/clock.ts';
import { createDeadline } from '../kernel/deadline.ts';
import { label } from '../kernel/redacted.ts';
import { describeFailure } from '../telemetry/describe-error.ts';
import type { Emit } from '../telemetry/events.ts';
import { createRunCheck, type Probe } from './check.ts';
import { openAmong, type WatchedCircuits } from './circuits.ts';
import type { Checks } from './decision.ts';
import type { HealthResults } from './results.ts';

/** For each of the steps of a round: due probes and checks, the list of circuits, keeping the results. */
const LIMIT_MS = 5_000;

export interface ProbeDependenciesOptions {
  readonly clock: Clock;
  readonly emit: Emit;
  readonly probes: Readonly<Record<string, Probe>>;
  readonly circuits: WatchedCircuits;
  /** How many keys are left alone. */
  readonly resting: () => Promise<number>;
  readonly results: Pick<HealthResults, 'save'>;
}

/** One round: asks every dependency, tries out circuits that are due before any paying call does, and keeps what came of it. */
export type ProbeDependencies = () => Promise<void>;

/** It never rejects: a dependency that fails is a finding, also where it is the store of the findings. */
export const createProbeDependencies = (options: ProbeDependenciesOptions): ProbeDependencies => {
  const { clock, emit, probes, circuits, resting, results } = options;
  const runCheck = createRunCheck(options);

  const bounded = async <T>(operation: string, act: (signal: AbortSignal) => Promise<T>): Promise<T | null> => {
    using limit = createDeadline(clock, LIMIT_MS);
    const late = new Promise<never>((_, reject) =>
      limit.signal.addEventListener('abort', () => reject(limit.signal.reason)),
    );
    try {
      return await Promise.race([act(limit.signal), late]);
    } catch (error) {
      emit({ type: 'store.failed', operation: label(`probe.${operation}`), ...describeFailure(error) });
      return null;
    }
  };
  const tryCircuits = () =>
    bounded('circuits', async (signal) => {
      const due = await circuits.dueProbes();
      await Promise.all(due.map((probe) => probe.run(signal)));
    });
  const check = async (): Promise<Checks> =>
    Object.fromEntries(
      await Promise.all(
        Object.entries(probes).map(async ([name, probe]) => [name, await runCheck(name, probe, LIMIT_MS)] as const),
      ),
    );

  return async () => {
    const [checks] = await Promise.all([check(), tryCircuits()]);
    const [openCircuits, restingKeys] = await Promise.all([
      bounded('circuits', async () => openAmong(await circuits.list())),
      bounded('rests', resting),
    ]);
    for (const [name, { status, latencyMs = 0 }] of Object.entries(checks))
      emit({ type: 'dependency.probed', dependency: label(name), status: label(status), latencyMs });
    emit({ type: 'dependencies.probed', openCircuits, restingKeys });
    await bounded('results', (signal) => results.save(checks, signal));
  };
};
