import * as z from 'zod/mini';
import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';
import type { Actor } from '../tenants/types.ts';
import type { Note } from './audited.ts';
import type { KnownNames } from './known-names.ts';

const MAX_REASON_CHARS = 200;

/** The body of `PUT /admin/circuits/{name}`. */
export const circuitRequestSchema = z.strictObject({
  state: z.enum(['closed', 'isolated']),
  reason: z.optional(
    z.string().check(
      z.minLength(1),
      z.maxLength(MAX_REASON_CHARS),
      z.refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), {
        params: { says: safe`must not contain control characters` },
      }),
    ),
  ),
});

export type CircuitRequest = z.output<typeof circuitRequestSchema>;

/** A circuit as an administrator sees it; instants are epoch milliseconds. */
export interface ShownCircuit {
  readonly name: string;
  readonly state: 'closed' | 'open' | 'half-open' | 'isolated';
  readonly failures: number;
  readonly openedAt: number | null;
  readonly retryAfterMs: number | null;
  /** Of an isolated one: the id of the key that isolated it, and why. Default: nobody said. */
  readonly word?: { readonly by: string; readonly reason: string | null };
}

/** What an administrator may do to the circuits, which are no business of tenants: told here in their own words. */
export interface CircuitsPort {
  list(): Promise<readonly ShownCircuit[]>;
  set(name: string, state: 'closed' | 'isolated', word: ShownCircuit['word']): Promise<ShownCircuit>;
}

export interface CircuitAdministration {
  /** Those of all models with a price and of all tools, and those that failed before they were gone; by name. */
  list(): Promise<readonly ShownCircuit[]>;
  /** `closed` clears its failures; `reason` is noted, and shown while it is isolated. Throws `not-found` for a name that no model and no tool has, nor had when it last failed. */
  set(name: string, request: CircuitRequest, actor: Actor): Promise<ShownCircuit>;
}

export interface CircuitAdministrationOptions {
  readonly circuits: CircuitsPort;
  readonly note: Note;
  readonly known: Pick<KnownNames, 'circuits'>;
}

/** One that has not failed for as long as failures are kept: it is not stored. */
const untouchedCircuit = (name: string): ShownCircuit => ({
  name,
  state: 'closed',
  failures: 0,
  openedAt: null,
  retryAfterMs: null,
});

export const createCircuitAdministration = (options: CircuitAdministrationOptions): CircuitAdministration => {
  const { circuits, note, known } = options;
  return {
    async list() {
      const stored = await circuits.list();
      const names = new Set(stored.map(({ name }) => name));
      const untouched = [...known.circuits].filter((name) => !names.has(name)).map(untouchedCircuit);
      return [...stored, ...untouched].toSorted((a, b) => (a.name < b.name ? -1 : 1));
    },
    async set(name, { state, reason }, actor) {
      const before = (await circuits.list()).find((circuit) => circuit.name === name);
      // One that never failed is not stored; one that is stored may be left over from a model or a tool that is gone.
      if (before === undefined && !known.circuits.has(name))
        throw new AppError('not-found', safe`There is no circuit of this name.`);
      const changes = {
        state: { from: before?.state ?? 'closed', to: state },
        ...(reason !== undefined && { reason: { from: before?.word?.reason ?? null, to: reason } }),
      };
      await note({ actor, action: 'circuit.set', target: name, changes });
      return circuits.set(name, state, { by: actor.keyId, reason: reason ?? null });
    },
  };
};
