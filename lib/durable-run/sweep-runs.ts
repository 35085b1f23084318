import type { Clock } from '../kernel/clock.ts';
import { concurrently } from '../kernel/concurrently.ts';
import { label, safe } from '../kernel/redacted.ts';
import type { ActiveRun, ActiveRuns } from '../runs/active.ts';
import type { InboxStore } from '../runs/inbox/inbox.ts';
import type { Inbox } from '../runs/inbox/inbox-item.ts';
import type { RunKey } from '../runs/run-key.ts';
import { type AsyncRunStore, hasEnded, type RunRow, type RunStore } from '../runs/types.ts';
import { describeFailure } from '../telemetry/describe-error.ts';
import type { Emit } from '../telemetry/events.ts';
import type { Tenant } from '../tenants/types.ts';
import type { Executions } from './executions.ts';
import { failRun, type FailRunParts } from './lost/fail-run.ts';
import type { StartRuns } from './start-runs.ts';
import type { Waiting } from './worker/steering/run-steering.ts';

export interface SweepRunsParts extends FailRunParts {
  readonly clock: Clock;
  readonly emit: Emit;
  readonly active: ActiveRuns;
  readonly runs: Pick<RunStore, 'find'> & AsyncRunStore;
  readonly inbox: InboxStore;
  readonly executions: Executions;
  readonly startRuns: StartRuns;
  /** A run that works makes progress within this time. */
  readonly stuckAfterMs: number;
  readonly findTenant: (tenantId: string) => Promise<Tenant | null>;
  /** Whether a tenant has room in its budgets for what a run was refused. */
  readonly hasRoom: (tenant: Tenant, needsUsd: string) => Promise<boolean>;
}

const AT_ONCE = 16;
/** How soon it is tried again whether there is room: what has room in the tenant's budget may have none in another one. */
const FIRST_PAUSE_MS = 45_000;
const LONGEST_PAUSE_MS = 3_600_000;
const pauseFor = (round: number): number => Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(20, round - 1));
/** A submission whose row is not there may still be under way: as long as its function may take, and more. */
const SUBMITTED_WITHIN_MS = 180_000;
/** A run that is younger may just be started. */
const YOUNG_MS = 10_000;

/**
 * Looks at every unfinished run, and makes up for what was lost with a process: a start, a wake, an end. Harmless beside
 * others that do the same.
 */
export const createSweepRuns = (parts: SweepRunsParts): (() => Promise<void>) => {
  const { clock, emit, active, runs, inbox, executions, startRuns, findTenant, hasRoom, stuckAfterMs } = parts;

  /** Whether what a run waits for has come, or may have: then `needsUsd` is what there must be room for. */
  const hasCome = ({ status, waiting, updatedAt }: RunRow, now: Inbox): boolean | { readonly needsUsd: string } => {
    if (status === 'awaiting_approval')
      return now.approvals.length === 0 || now.approvals.some(({ expiresAt }) => expiresAt <= clock.now());
    const { needsUsd, round, raises = Infinity } = waiting as unknown as Waiting;
    if (now.raises > raises) return true;
    return needsUsd === undefined || clock.now() - updatedAt < pauseFor(round) ? false : { needsUsd };
  };
  /** Whether a waiting run is to be woken. While its tenant is suspended it waits on, unless it was cancelled. */
  const isOver = async (run: RunKey, row: RunRow): Promise<boolean> => {
    const now = await inbox.read(run);
    if (now === null || now.cancelled !== null) return true;
    const came = hasCome(row, now);
    if (came === false) return false;
    const tenant = await findTenant(run.tenantId);
    if (tenant?.status !== 'active') return false;
    return came === true || (await hasRoom(tenant, came.needsUsd));
  };
  const start = async (row: RunRow): Promise<void> => {
    const tenant = await findTenant(row.tenantId);
    if (tenant === null) return;
    if (tenant.status === 'active') return startRuns.startRun(row, tenant);
    // It works for a moment only, to end.
    if ((await inbox.read(row))?.cancelled) await executions.start(row);
  };

  let [stuck, waiting, queued] = [0, 0, 0];
  const tellStuck = ({ runId, agent, updatedAt }: RunRow): void => {
    stuck += 1;
    emit({ type: 'run.stuck', runId: label(runId), agent: label(agent), sinceMs: clock.now() - updatedAt });
  };

  const sweep = async (run: ActiveRun): Promise<void> => {
    const row = await runs.find(run.tenantId, run.runId);
    if (row === null || hasEnded(row)) {
      // Whoever ended it was killed before it could say so; an id that was never submitted is forgotten.
      if (row === null) return run.addedAt + SUBMITTED_WITHIN_MS > clock.now() ? undefined : parts.left(run, null);
      return failRun(parts, run, 'failed');
    }
    const isStuck = row.updatedAt + stuckAfterMs <= clock.now();
    // Its inbox is closed just before its end: whoever did that is no more, and nobody can cancel it.
    if (isStuck && (await inbox.read(run))?.closed) return failRun(parts, run, 'failed');
    if (row.waiting) {
      waiting += 1;
      if (await isOver(run, row)) await executions.wake(String(row.waiting['callbackId']));
      return;
    }
    if (row.status === 'running') return isStuck ? tellStuck(row) : undefined;
    if (row.status !== 'queued') return;
    queued += 1;
    if (row.createdAt + YOUNG_MS > clock.now()) return;
    await start(row);
  };

  return async () => {
    const unfinished = await active.list();
    [stuck, waiting, queued] = [0, 0, 0];
    let failed = 0;
    await concurrently(unfinished, AT_ONCE, async (run) => {
      try {
        await sweep(run);
      } catch (error) {
        failed += 1;
        emit({ type: 'store.failed', operation: safe`runs.sweep`, ...describeFailure(error) });
      }
    });
    emit({ type: 'runs.swept', unfinished: unfinished.length, waiting, queued, stuck, failed });
  };
};
