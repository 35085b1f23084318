import type { Pseudonym } from '../kernel/ids/pseudonym.ts';
import type { JsonObject } from '../kernel/json.ts';
import type { RunKey } from './run-key.ts';
import type { Omitted } from './trace/bound-steps.ts';
import type { TraceStep } from './trace/trace-step.ts';

export type { TraceStep } from './trace/trace-step.ts';

/** How a run stands; the last five are its ends. */
export const RUN_STATUSES = [
  'queued',
  'running',
  'awaiting_approval',
  'awaiting_budget',
  'succeeded',
  'incomplete',
  'failed',
  'cancelled',
  'timed_out',
] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** Statuses of runs that are over. */
const ENDED: ReadonlySet<RunStatus> = new Set(['succeeded', 'incomplete', 'failed', 'cancelled', 'timed_out']);

export const hasEnded = ({ status }: { readonly status: RunStatus }): boolean => ENDED.has(status);

/** What a list shows of a run. */
export interface RunSummary {
  readonly runId: string;
  readonly tenantId: string;
  readonly mode: 'sync' | 'async';
  readonly status: RunStatus;
  readonly agent: string;
  /** The end user of whom the request spoke. */
  readonly userId: Pseudonym | null;
  readonly sessionId: string | null;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** What a run has left elsewhere, as it is stored there, for whoever erases it. */
export interface RunLinks {
  /** Its answer under its idempotency key. */
  readonly claimKey?: string | undefined;
  /** The cached answer that it was given, or has given. */
  readonly cacheKey?: string | undefined;
}

/** A run as it is kept: what `GET /agent/runs/{runId}` and its trace are made from. */
export interface RunRow extends RunSummary {
  /** W3C trace id, 32 hexadecimal digits. */
  readonly traceId: string;
  /** Default: nothing. */
  readonly links?: RunLinks;
  /** What an unfinished run waits for, as plain JSON for whoever wakes it; not there while it waits for nothing. */
  readonly waiting?: JsonObject;
  /** The body that answered the caller: of a success, or the problem of a failure. Plain JSON; empty until the end. */
  readonly body: JsonObject;
  /** None until the end. */
  readonly steps: readonly TraceStep[];
  /** Where the steps were too many to keep. */
  readonly omitted?: Omitted;
}

export interface RunStore {
  /** Writes a run that has ended, once: `false` when a row of that id is there already. Bodies of any size are kept. */
  add(row: RunRow): Promise<boolean>;
  /** Under the tenant's own key, so that another tenant's run is not there. */
  find(tenantId: string, runId: string): Promise<RunRow | null>;
}

/** An asynchronous run as it begins. `input` is JSON of any size: all that it was submitted with. */
export interface SubmittedRun extends Omit<RunSummary, 'mode' | 'status' | 'updatedAt'>, Pick<RunRow, 'traceId'> {
  readonly input: unknown;
}

/** How far an unfinished run is. */
export interface Progress extends Pick<RunRow, 'status' | 'updatedAt' | 'waiting'> {
  /** The number of the worker that says so: the id of its first event. */
  readonly worker: number;
}

/** A step that is about to be begun. */
export interface BegunStep extends Pick<Progress, 'worker' | 'updatedAt'> {
  readonly step: string;
  /** How often it was begun before, as far as the worker knows: it is counted where that is so. */
  readonly tried: number;
  /** Steps, 100 at most, that will never be begun again: their counts are given up. */
  readonly over: readonly string[];
}

/** `begun`: how often, this time included, over all workers. `tried`: it was not counted, and was begun so often before. */
export type Counted = { readonly begun: number } | { readonly tried: number };

/** Rows of asynchronous runs. A worker writes no more once one with a greater number has, or the run has ended. */
export interface AsyncRunStore {
  /** Writes a new run as `queued`; `false`, and nothing has changed, when a row of that id is there already. */
  submit(run: SubmittedRun): Promise<boolean>;
  /** Sees to it that a run that has no row never gets one; `false`: it has one. One write, harmless when repeated. */
  abandon(run: RunKey): Promise<boolean>;
  /** What a run was submitted with; `null` where there is no such run. */
  findInput(run: RunKey): Promise<unknown>;
  /** One write; `false` for a stale worker, a run that has ended, and one that is not there. */
  progress(run: RunKey, progress: Progress): Promise<boolean>;
  /**
   * Counts a step that is about to be begun, and puts the run down as `running`: one write. A worker counts once for a
   * step, however often it asks. `null` as for `progress`.
   */
  begin(run: RunKey, step: BegunStep): Promise<Counted | null>;
  /**
   * Writes how a run ended, in place of its row, once; `false` as for `progress`, also when this worker itself ended it.
   * `Number.MAX_SAFE_INTEGER` as worker ends a run whoever works on it.
   */
  end(row: RunRow, worker: number): Promise<boolean>;
}

/** What a list of runs is asked; a filter that is left out lets all pass. */
export interface RunQuery {
  readonly status?: RunStatus;
  readonly agent?: string;
  readonly userId?: Pseudonym;
  readonly sessionId?: string;
  /** Created at this instant or later, and before that one: epoch milliseconds. */
  readonly from?: number;
  readonly to?: number;
  /** At least 1. */
  readonly limit: number;
  /** The `nextCursor` of an earlier page of the same filters; `null` begins. */
  readonly cursor: string | null;
}

/** `nextCursor`: where there may be more, also behind a page with fewer runs than asked for, or none; `null`: no more. */
export interface RunPage {
  readonly runs: readonly RunSummary[];
  readonly nextCursor: string | null;
}

export interface RunList {
  /**
   * A tenant's runs, newest first. A page looks at a bounded number of runs, so that filters that few runs pass cost a
   * bounded time. What was written within the last second may be missing. Throws `invalid-request` at `cursor` for one
   * that is not of this list and these filters.
   */
  list(tenantId: string, query: RunQuery): Promise<RunPage>;
}
