import type { Clock } from '../../lib/kernel/clock.ts';
import { createDeadline } from '../../lib/kernel/deadline.ts';
import type { CacheKey } from '../../lib/response-cache/key.ts';
import type { Look } from '../../lib/response-cache/response-cache.ts';
import { createFakeClock } from '../fake-clock.ts';
import { environment, keyFor, NOW, RUN_MS } from './parts.ts';
import { createSlowStore, type TakeOff } from './slow-store.ts';

/** One step of a schedule; `pick` chooses among what is there. */
export type Step =
  | { readonly kind: 'open' | 'refresh' | 'store' | 'unstorable' | 'kill' | 'deliver' | 'flush'; readonly pick: number }
  | { readonly kind: 'wait'; readonly ms: number };

type Miss = Extract<Look, { kind: 'miss' }>;

interface Run {
  readonly key: CacheKey;
  readonly flight: Miss['flight'];
  readonly failed: boolean;
}

/** What a schedule has done, as the store and the callers saw it. */
export interface Played {
  readonly takeOffs: readonly TakeOff[];
  /** Bodies that were given under a key and are not of it, or were no longer fresh when they were asked for. */
  readonly wrong: readonly string[];
  readonly hits: number;
  /** Most runs of one key at once, those apart that the store had failed. */
  readonly together: number;
  /** Runs that began although a fresh answer had been kept before they were asked for, by one that had taken off. */
  readonly needless: number;
  readonly unanswered: number;
}

export interface PlayOptions {
  readonly leaseMs: number;
  readonly ttlSeconds: number;
}

const KEYS = [keyFor('a'), keyFor('b'), keyFor('a', 'globex')];
const chosen = <T>(list: readonly T[], pick: number): T | undefined => list[pick % list.length];

/** Three environments on one slow store; a killed one is replaced by another, and what it was doing just ends. */
export const play = async (steps: readonly Step[], { leaseMs, ttlSeconds }: PlayOptions): Promise<Played> => {
  const clock = createFakeClock(NOW);
  const store = createSlowStore(clock);
  const runs = new Set<Run & { readonly by: object }>();
  /** Keys with answers of runs that had no place in the store: a replica may know nothing of them for a while. */
  const unled = new Set<CacheKey>();
  const wrong: string[] = [];
  let [made, hits, together, needless, unanswered] = [0, 0, 0, 0, 0];

  const start = () => {
    let alive = true;
    const mortal: Clock = { ...clock, after: (ms, act) => clock.after(ms, () => alive && act()) };
    const { open } = environment(store, mortal, { leaseMs });
    return { open, isAlive: () => alive, kill: () => (alive = false) };
  };
  const fleet = [start(), start(), start()];

  const look = async (pick: number, mode: 'use' | 'refresh') => {
    const by = chosen(fleet, pick) ?? start();
    const key = chosen(KEYS, Math.floor(pick / fleet.length)) ?? keyFor('a');
    const asked = clock.now();
    const kept = store.keptAt.get(key) ?? -Infinity;
    unanswered += 1;
    using deadline = createDeadline(clock, RUN_MS);
    const found = await by.open(key, { mode, ttlSeconds, deadline });
    unanswered -= 1;
    if (!by.isAlive() || found.kind === 'stopped') return;
    if (found.kind === 'hit') {
      hits += 1;
      const { body, storedAt } = found.answer;
      if (!body.startsWith(`${key} `) || asked >= storedAt + ttlSeconds * 1_000) wrong.push(body);
      return;
    }
    if (found.failed || mode === 'refresh') unled.add(key);
    else if (!unled.has(key) && clock.now() < kept + ttlSeconds * 1_000) needless += 1;
    runs.add({ key, flight: found.flight, failed: found.failed || mode === 'refresh', by });
    const counted = [...runs].filter((run) => run.key === key && !run.failed);
    together = Math.max(together, counted.length);
  };
  const end = (pick: number, how: 'store' | 'unstorable') => {
    const run = chosen([...runs], pick);
    if (run === undefined) return;
    made += 1;
    const ended = how === 'unstorable' ? run.flight.unstorable() : run.flight.store(`${run.key} ${made}`);
    // Until that is said, the run is under way for others.
    void ended.then(() => runs.delete(run));
  };
  const kill = (pick: number) => {
    const at = pick % fleet.length;
    const victim = fleet[at];
    victim?.kill();
    for (const run of runs) if (run.by === victim) runs.delete(run);
    fleet[at] = start();
  };
  const act = (step: Step): void => {
    if (step.kind === 'open') void look(step.pick, 'use');
    else if (step.kind === 'refresh') void look(step.pick, 'refresh');
    else if (step.kind === 'kill') kill(step.pick);
    else if (step.kind === 'deliver') store.deliver(step.pick);
    else if (step.kind === 'flush') for (let left = store.underWay; left > 0; left -= 1) store.deliver(step.pick);
    else if (step.kind !== 'wait') end(step.pick, step.kind);
  };
  for (const step of steps) {
    act(step);
    await clock.advance(step.kind === 'wait' ? step.ms : 0);
  }
  while (store.underWay > 0 || clock.pending > 0) {
    store.deliver(0);
    await clock.advance(store.underWay > 0 ? 0 : 1_000);
  }
  return { takeOffs: store.takeOffs, wrong, hits, together, needless, unanswered };
};
