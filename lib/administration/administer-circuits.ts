import * as z from 'zod/mini';
import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';
import type { Actor, Note } from './audited.ts';
import type { KnownNames } from './known-names.ts';

/** The body of `PUT /admin/circuits/{name}`. */
export const circuitRequestSchema = z.strictObject({ state: z.enum(['closed', 'isolated']) });

/** A circuit as an administrator sees it; instants are epoch milliseconds. */
export interface ShownCircuit {
  readonly name: string;
  readonly state: 'closed' | 'open' | 'half-open' | 'isolated';
  readonly failures: number;
  readonly openedAt: number | null;
  readonly retryAfterMs: number | null;
}

/** What an administrator may do to the circuits, which are no business of tenants: told here in their own words. */
export interface CircuitsPort {
  list(): Promise<readonly ShownCircuit[]>;
  set(name: string, state: 'closed' | 'isolated'): Promise<ShownCircuit>;
}

export interface CircuitAdministration {
  list(): Promise<readonly ShownCircuit[]>;
  /** `closed` clears its failures. Throws `not-found` for a name that no model and no tool has, nor had when it last failed. */
  set(name: string, state: 'closed' | 'isolated', actor: Actor): Promise<ShownCircuit>;
}

export interface CircuitAdministrationOptions {
  readonly circuits: CircuitsPort;
  readonly note: Note;
  readonly known: Pick<KnownNames, 'hasCircuit'>;
}

export const createCircuitAdministration = (options: CircuitAdministrationOptions): CircuitAdministration => {
  const { circuits, note, known } = options;
  return {
    list: () => circuits.list(),
    async set(name, state, actor) {
      const before = (await circuits.list()).find((circuit) => circuit.name === name);
      // One that never failed is not stored; one that is stored may be left over from a model or a tool that is gone.
      if (before === undefined && !known.hasCircuit(name))
        throw new AppError('not-found', safe`There is no circuit of this name.`);
      const changes = { state: { from: before?.state ?? 'closed', to: state } };
      await note({ actor, action: 'circuit.set', target: name, changes });
      return circuits.set(name, state);
    },
  };
};
