import type { Circuit } from './circuit.ts';

export interface CircuitReadOptions {
  /** Half the price, and an answer that may be a second old; the default is a strong read. */
  readonly eventually?: boolean;
  readonly signal?: AbortSignal;
}

export interface NamedCircuit {
  readonly name: string;
  readonly circuit: Circuit;
}

/** Where the circuits are; every method rejects with `store-unavailable` when it does not answer. */
export interface CircuitStore {
  /** `null`: never written, or forgotten. */
  get(name: string, options?: CircuitReadOptions): Promise<Circuit | null>;
  /** Writes `next` if the circuit still has `version` (0: if there is none); `false` when it has not. */
  replace(name: string, version: number, next: Circuit, signal?: AbortSignal): Promise<boolean>;
  /** All that are not forgotten, by name. */
  list(): Promise<NamedCircuit[]>;
}
