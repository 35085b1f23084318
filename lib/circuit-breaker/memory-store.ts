import type { Clock } from '../kernel/clock.ts';
import { type Circuit, forgottenAt } from './circuit.ts';
import type { CircuitStore } from './store.ts';

/** For tests, and for an environment without a table. */
export const createMemoryCircuitStore = ({ clock }: { readonly clock: Clock }): CircuitStore => {
  const rows = new Map<string, { readonly circuit: Circuit; readonly endsAt: number }>();
  const find = (name: string): Circuit | null => {
    const row = rows.get(name);
    return row === undefined || row.endsAt <= clock.now() ? null : row.circuit;
  };
  return {
    get: async (name) => find(name),
    async replace(name, version, next) {
      if ((find(name)?.version ?? 0) !== version) return false;
      rows.set(name, { circuit: structuredClone(next), endsAt: forgottenAt(next, clock.now()) ?? Infinity });
      return true;
    },
    async list() {
      return [...rows.keys()].sort().flatMap((name) => {
        const circuit = find(name);
        return circuit === null ? [] : [{ name, circuit }];
      });
    },
  };
};
