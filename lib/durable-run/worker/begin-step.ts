import type { StepContext } from '../../agent/loop/journal.ts';
import { type Clock, sleep } from '../../kernel/clock.ts';
import type { Deadline } from '../../kernel/deadline.ts';
import { AppError } from '../../kernel/errors.ts';
import { formatUsd, type PicoUsd, ZERO } from '../../kernel/money.ts';
import type { Slots } from '../../rate-limit/slots.ts';
import type { RunKey } from '../../runs/run-key.ts';
import type { AsyncRunStore } from '../../runs/types.ts';
import { slotsOf } from '../start-runs.ts';
import type { CurrentTenant } from './current-tenant.ts';
import { runEnded, type StepCall } from './durable-journal.ts';
import type { EventWriter } from './event-writer.ts';
import { NotNow } from './not-now.ts';

/** Pauses between tries of what has to be booked first, in seconds: half a minute in all. */
const STORE_SECONDS = [1, 2, 4, 8, 15] as const;

export interface BeginStepParts {
  readonly run: RunKey;
  readonly clock: Clock;
  readonly runs: Pick<AsyncRunStore, 'begin' | 'progress'>;
  /** Puts the run among those of its tenant that wait for a slot, where it was created. */
  readonly enqueue: () => Promise<void>;
  readonly slots: Slots;
  readonly events: EventWriter;
  readonly tenant: CurrentTenant;
  /** Of the invocation. */
  readonly deadline: Pick<Deadline, 'remainingMs' | 'signal'>;
  /** Settles what interrupted tries of this call had reserved, and resolves with all that they have cost. */
  readonly bookLost: (call: StepCall) => Promise<PicoUsd>;
  /** Counts what was lost on the run's own account. */
  readonly spend: (cost: PicoUsd) => void;
}

/** What an invocation holds, to be given back at its end. */
export interface StepBeginner {
  /**
   * Before a step that pays or changes the world: takes the run's slot, puts down that it works, and counts its tries;
   * those of the steps that are `over` are not asked for any more.
   */
  begin(
    name: string,
    modelCall: StepCall | undefined,
    over: readonly string[],
  ): Promise<Pick<StepContext, 'begun' | 'lostUsd'>>;
  /** The worker's number, once it has begun. */
  readonly worker: number | null;
  release(): Promise<void>;
}

/** The first step that a worker begins makes it the run's worker; one that only replays and waits leaves no trace. */
export const createStepBeginner = (parts: BeginStepParts): StepBeginner => {
  const { run, clock, runs, slots, events, tenant, deadline, enqueue, bookLost, spend } = parts;
  let worker: number | null = null;
  let release = async (): Promise<void> => {};
  let slot: Promise<void> | null = null;

  const takeSlot = async (): Promise<void> => {
    const { maxConcurrentRuns, tenantId, shadow } = tenant.now;
    // Where there is none at all, the step is refused, which needs no slot.
    if (maxConcurrentRuns === null || maxConcurrentRuns <= 0 || shadow.includes('rate')) return;
    const ofRun = slotsOf(run);
    // It was taken for the run when it was started, or a worker was killed with it in its hands.
    const taken = await slots.take(tenantId, `${ofRun}${String(clock.now())}`, maxConcurrentRuns, deadline, ofRun);
    if (taken.held) {
      release = () => taken.release();
      return;
    }
    slot = null;
    // Said once; then the run stands in the queue with the others, and gets the slot that is free when it is its turn.
    if (events.once('wait-slot', 'run.waiting', { reason: 'slot' })) {
      worker = await events.flush();
      await runs.progress(run, { worker, status: 'queued', updatedAt: clock.now() });
    }
    await enqueue();
    throw new NotNow(1, true);
  };

  /** The step is counted by now: given up at once, each second without the store would count as a worker that was lost. */
  const patiently = async <T>(act: () => Promise<T>): Promise<T> => {
    for (const seconds of STORE_SECONDS) {
      try {
        return await act();
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'store-unavailable') throw error;
        await sleep(clock, seconds * 1_000, deadline.signal);
      }
    }
    return act();
  };

  return {
    async begin(name, modelCall, over) {
      // Before it is counted: what the store refuses here was not begun.
      await tenant.refresh();
      await (slot ??= takeSlot());
      worker = await events.flush();
      const begun = await runs.begin(run, { worker, step: name, over, updatedAt: clock.now() });
      // Ended by somebody else, or taken over: in both cases nothing more is begun here.
      if (begun === null) throw runEnded();
      if (modelCall === undefined || begun === 1) return { begun, lostUsd: formatUsd(ZERO) };
      const lost = await patiently(() => bookLost(modelCall));
      spend(lost);
      return { begun, lostUsd: formatUsd(lost) };
    },
    get worker() {
      return worker;
    },
    async release() {
      // One that is just being taken is given back too.
      await slot?.catch(() => undefined);
      await release();
    },
  };
};
