import type { Clock } from '../kernel/clock.ts';
import { createDeadline } from '../kernel/deadline.ts';
import { SLOT_LIFE_MS } from '../rate-limit/held-slot.ts';
import type { Slots } from '../rate-limit/slots.ts';
import { passOn, type StartNext } from '../run/sessions/pass-on.ts';
import { sessionOf } from '../run/sessions/session-request.ts';
import type { Succession } from '../run/sessions/succession.ts';
import type { InboxStore } from '../runs/inbox/inbox.ts';
import type { QueuedRun, RunQueue } from '../runs/queue.ts';
import type { RunKey } from '../runs/run-key.ts';
import { hasEnded, type RunStore, type RunSummary } from '../runs/types.ts';
import type { SessionKey } from '../sessions/types.ts';
import type { Emit } from '../telemetry/events.ts';
import type { Tenant } from '../tenants/types.ts';
import type { Executions } from './executions.ts';

export interface StartRunsParts {
  readonly clock: Clock;
  readonly emit: Emit;
  readonly openSessions: () => Promise<Succession>;
  readonly executions: Pick<Executions, 'start'>;
  readonly queue: RunQueue;
  readonly runs: Pick<RunStore, 'find'>;
  readonly inbox: Pick<InboxStore, 'read'>;
  readonly slots: Slots;
}

/** A run that was submitted. */
export type SubmittedRun = QueuedRun & Pick<RunSummary, 'agent' | 'sessionId' | 'userId'>;

/**
 * Starts a run, or puts it behind the others of its session, and then behind those of its tenant where no slot is free:
 * into one place, however often it is asked.
 */
export type StartRun = (run: SubmittedRun, tenant: Tenant) => Promise<void>;

export interface StartRuns {
  readonly startRun: StartRun;
  /** Starts the oldest runs of a tenant that wait for a slot, as many as there are free slots. */
  startWaiting(tenant: Tenant): Promise<void>;
  /** As `startRun`, for a run whose turn it is in its session. */
  readonly startNext: StartNext;
  /** Starts the run whose turn it is in a session that was given back. Never rejects: the sweeper makes up for it. */
  passOn(key: SessionKey, tenant: Tenant): Promise<void>;
}

/** How the holder of a slot begins that is this run's, whoever took it. */
export const slotsOf = ({ runId }: RunKey): string => `${runId}#`;

/** Runs that one look starts at most. */
const MOST_STARTED = 50;

/** Whether its runs wait for slots. Where it may have none at all they wait for nothing: each is started, refused, and has ended. */
const isLimited = ({ maxConcurrentRuns, shadow }: Tenant): boolean =>
  maxConcurrentRuns !== null && maxConcurrentRuns > 0 && !shadow.includes('rate');

/**
 * Runs above a tenant's `maxConcurrentRuns` wait in its queue, where they cost nothing and hold up nobody else. A slot is
 * taken for each that is started; its worker takes it over when it begins to work. Runs of a session wait for their turn
 * before that, so that they hold up nobody else either.
 */
export const createStartRuns = (parts: StartRunsParts): StartRuns => {
  const { clock, emit, executions, queue, runs, inbox, slots, openSessions } = parts;

  /** Has a run started with a slot that is left to it; `false`: none is free. */
  const startWithSlot = async (run: RunKey, { tenantId, maxConcurrentRuns }: Tenant): Promise<boolean> => {
    using deadline = createDeadline(clock, SLOT_LIFE_MS);
    const ofRun = slotsOf(run);
    const own = `${ofRun}start`;
    // Only what was left to it before: the slot of its worker is the worker's.
    const slot = await slots.take(tenantId, own, maxConcurrentRuns ?? 0, deadline, own);
    if (!slot.held) return false;
    try {
      await executions.start(run);
      // It is its worker's, who takes it over within half a minute.
      await slot.leave?.();
      return true;
    } catch (error) {
      await slot.release();
      throw error;
    }
  };

  /** Whether a run in the queue still waits: it may have been started, cancelled or ended since. */
  const stateOf = async (run: QueuedRun): Promise<'waiting' | 'cancelled' | 'over'> => {
    const row = await runs.find(run.tenantId, run.runId);
    if (row === null || hasEnded(row) || row.status === 'running') return 'over';
    return (await inbox.read(run))?.cancelled ? 'cancelled' : 'waiting';
  };

  const startWaiting: StartRuns['startWaiting'] = async (tenant) => {
    if (tenant.status !== 'active') return;
    for (let started = 0; started < MOST_STARTED; started += 1) {
      const oldest = await queue.oldest(tenant.tenantId);
      if (oldest === null) return;
      const waits = await stateOf(oldest);
      // One that was cancelled works for a moment only, and needs no slot for it.
      if (waits === 'cancelled' || (waits === 'waiting' && !isLimited(tenant))) await executions.start(oldest);
      else if (waits === 'waiting' && !(await startWithSlot(oldest, tenant))) return;
      await queue.remove(oldest);
    }
  };

  const startNext: StartNext = async (run, tenant) => {
    // What waits of a suspended tenant waits on: the sweeper starts it when the tenant is active again.
    if (tenant.status !== 'active') return;
    if (!isLimited(tenant)) return executions.start(run);
    await queue.enqueue(run);
    return startWaiting(tenant);
  };

  return {
    async startRun(run, tenant) {
      const key = sessionOf(run);
      if (key === null) return startNext(run, tenant);
      const next = await (await openSessions()).wait(key, run);
      if (next !== null) await startNext({ tenantId: run.tenantId, ...next }, tenant);
    },
    passOn: async (key, tenant) => passOn(await openSessions(), key, { emit, start: (run) => startNext(run, tenant) }),
    startNext,
    startWaiting,
  };
};
