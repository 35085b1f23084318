import type { Circuits } from '../circuit-breaker/circuits.ts';
import { circuitOf } from '../model-call/with-circuit.ts';
import type { DueProbe } from './circuits.ts';
import type { Reachability } from './reachability.ts';

export interface DueProbesOptions {
  readonly circuits: Pick<Circuits, 'list' | 'enter'>;
  readonly reachability: Pick<Reachability, 'model'>;
}

const PREFIX = circuitOf('');

/**
 * Models whose break is over, each to be tried by asking for it unpaid. That counts as one success or failure of a
 * probe: a provider that does not even answer costs no caller an attempt. A half-open circuit is left to real calls,
 * because a model may be listed and still fail.
 */
export const dueProbes =
  ({ circuits, reachability }: DueProbesOptions) =>
  async (): Promise<DueProbe[]> => {
    const due = (await circuits.list()).filter(({ state, retryAfterMs }) => state === 'open' && retryAfterMs === 0);
    const models = due.filter(({ name }) => name.startsWith(PREFIX));
    return models.map(({ name }) => ({
      name,
      async run(signal) {
        const entry = await circuits.enter(name);
        if (!entry.admitted || !entry.probe) return;
        const result = await reachability.model(name.slice(PREFIX.length), signal).then(
          (answered) => (answered ? 'success' : 'failure'),
          () => 'neutral' as const,
        );
        await entry.report(result);
      },
    }));
  };
