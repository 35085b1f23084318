import type { StepContext } from '../../agent/loop/journal.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Deadline } from '../../kernel/deadline.ts';
import { formatUsd, type PicoUsd, ZERO } from '../../kernel/money.ts';
import type { Slots } from '../../rate-limit/slots.ts';
import type { RunKey } from '../../runs/run-key.ts';
import type { AsyncRunStore, BegunStep, Counted } from '../../runs/types.ts';
import { slotsOf } from '../start-runs.ts';
import type { CurrentTenant } from './current-tenant.ts';
import type { EventWriter } from './events/event-writer.ts';
import type { StepCall } from './journal/durable-journal.ts';
import { runEnded } from './journal/journalled-errors.ts';
import { NotNow } from './store-away/not-now.ts';
import { patiently } from './store-away/store-patience.ts';

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
    // Said once; then the run stands in the queue with the others, and gets the slot that is free when it is its turn.
    if (events.once('wait-slot', 'run.waiting', { reason: 'slot' })) {
      worker = await events.flush();
      await runs.progress(run, { worker, status: 'queued', updatedAt: clock.now() });
    }
    await enqueue();
    throw new NotNow(1, true);
  };

  const insisting = { clock, signal: deadline.signal };
  const count = (step: Omit<BegunStep, 'updatedAt'>): Promise<Counted> =>
    patiently(async () => {
      const counted = await runs.begin(run, { ...step, updatedAt: clock.now() });
      // Ended by somebody else, or taken over: in both cases nothing more is begun here.
      if (counted === null) throw runEnded();
      return counted;
    }, insisting);

  return {
    async begin(name, modelCall, over) {
      await tenant.refresh();
      await (slot ??= takeSlot().catch((error: unknown) => {
        slot = null;
        throw error;
      }));
      worker = await events.flush();
      const step = { worker, step: name, over };
      let lost: PicoUsd | null = null;
      const book = async (call: StepCall) => (lost ??= await patiently(() => bookLost(call), insisting));
      let counted = await count({ ...step, tried: 0 });
      if ('tried' in counted) {
        // Before it is counted: what the store refuses here was not begun.
        if (modelCall !== undefined) await book(modelCall);
        counted = await count({ ...step, tried: counted.tried });
      }
      // Another worker has counted meanwhile.
      if ('tried' in counted) throw new NotNow(1);
      const { begun } = counted;
      if (modelCall === undefined || begun === 1) return { begun, lostUsd: formatUsd(ZERO) };
      const cost = await book(modelCall);
      spend(cost);
      return { begun, lostUsd: formatUsd(cost) };
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
