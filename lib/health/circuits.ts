import type { Finding } from './check.ts';

/** A circuit that may be tried again, with a way to do so that costs nothing. */
export interface DueProbe {
  readonly name: string;
  /** Tries the dependency out and tells its circuit; where another was quicker, does nothing. */
  run(signal: AbortSignal): Promise<void>;
}

/** The circuits, as far as health looks at them. */
export interface WatchedCircuits {
  list(): Promise<readonly { readonly name: string; readonly state: string }[]>;
  /** Those whose break is over and which nobody has tried yet. */
  dueProbes(): Promise<readonly DueProbe[]>;
}

type Listed = Awaited<ReturnType<WatchedCircuits['list']>>;

/** How many wait for their dependency to recover. Isolated ones are shut on purpose and wait for a person. */
export const openAmong = (circuits: Listed): number =>
  circuits.filter(({ state }) => state === 'open' || state === 'half-open').length;

/** What the circuits say of Ballast's health: a call that is refused is a service not given, on purpose or not. */
export const findingOf = (circuits: Listed): Finding => {
  const open = openAmong(circuits);
  const isolated = circuits.filter(({ state }) => state === 'isolated').length;
  const told = [...(open > 0 ? [`${open} open`] : []), ...(isolated > 0 ? [`${isolated} isolated`] : [])];
  return told.length === 0 ? { status: 'healthy' } : { status: 'degraded', detail: told.join(', ') };
};
