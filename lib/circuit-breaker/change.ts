import { label } from '../kernel/redacted.ts';
import type { Emit } from '../telemetry/events.ts';
import { createSwap, type Decide, type Swap, type SwapOptions } from './compare-and-swap.ts';
import type { KnownCircuits } from './known-circuits.ts';
import { viewOf } from './view.ts';

export interface ChangeOptions extends SwapOptions {
  readonly known: Pick<KnownCircuits, 'learn'>;
  readonly emit: Emit;
}

/** Changes a circuit; this environment knows of it at once, and whoever's write it was tells of the new state. */
export type Change = (name: string, decide: Decide, signal: AbortSignal, tries?: number) => Promise<Swap>;

export const createChange = ({ known, emit, ...options }: ChangeOptions): Change => {
  const swap = createSwap(options);
  return async (name, decide, signal, tries) => {
    const done = await swap(name, decide, signal, tries);
    if (done.kind === 'unchanged') known.learn(name, done.circuit);
    if (done.kind !== 'changed') return done;
    const { from, to } = done;
    known.learn(name, to);
    if (to.generation !== from.generation) {
      emit({
        type: 'circuit.changed',
        name: label(name),
        from: label(from.state),
        to: label(to.state),
        generation: to.generation,
        failures: viewOf(name, to, options.clock.now()).failures,
      });
    }
    return done;
  };
};
