import type { Clock } from '../../kernel/clock.ts';
import type { BallastEvent, Listener } from '../events.ts';

/** Of one run, which has far fewer; what comes after is not told, but for its end. */
const MOST_EVENTS = 1_000;

/** What hooks are told of: what `hookEventOf` makes something of. */
type Heard = Extract<
  BallastEvent,
  { type: 'run.started' | 'model.attempted' | 'tool.finished' | 'run.degraded' | 'run.finished' }
>;

const HEARD = {
  'run.started': true,
  'model.attempted': true,
  'tool.finished': true,
  'run.degraded': true,
  'run.finished': true,
} satisfies Record<Heard['type'], true>;

const isHeard = (event: BallastEvent): event is Heard => Object.hasOwn(HEARD, event.type);

export interface HookSet {
  /** Keeps what happened for those who are to be told. */
  readonly listen: Listener;
  /**
   * Tells what has happened since, in its order: called once an answer is out, so that no hook can change or delay it.
   * `endedBy`: the request, or the run that goes on by itself, whose end this is. Runs that another one began here are
   * told at that one's end. Takes `HOOKS_LIMIT_MS` at most, and never rejects.
   */
  readonly deliver: (endedBy?: string) => Promise<void>;
}

/** What happened, and when (epoch milliseconds). */
export interface Kept {
  readonly event: BallastEvent;
  readonly at: number;
}

export interface HookSetOptions {
  readonly clock: Clock;
  /** Loads what tells the hooks, with the first answer of an agent. */
  readonly load: () => Promise<(kept: readonly Kept[]) => Promise<void>>;
}

interface KeptRun {
  /** The request that began it in this process; `null`: none is known. */
  requestId: string | null;
  readonly events: Kept[];
}

/** The hooks of a process. */
export const createHookSet = ({ clock, load }: HookSetOptions): HookSet => {
  const runs = new Map<string, KeptRun>();
  const takeDue = (endedBy: string | undefined): Kept[] => {
    const due = [...runs].filter(
      ([runId, { requestId }]) => requestId === null || requestId === endedBy || runId === endedBy,
    );
    for (const [runId] of due) runs.delete(runId);
    return due.flatMap(([, { events }]) => events);
  };
  return {
    listen(event) {
      if (!isHeard(event)) return;
      const run = runs.get(event.runId) ?? { requestId: null, events: [] };
      runs.set(event.runId, run);
      if (event.type === 'run.started') run.requestId = event.requestId;
      if (run.events.length < MOST_EVENTS || event.type === 'run.finished') run.events.push({ event, at: clock.now() });
    },
    async deliver(endedBy) {
      const due = takeDue(endedBy);
      if (due.length === 0) return;
      try {
        await (
          await load()
        )(due);
      } catch {
        // Nobody is told; the answer and its line are out.
      }
    },
  };
};
