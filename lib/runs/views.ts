import { AppError } from '../kernel/errors.ts';
import { isRunId } from '../kernel/ids/ids.ts';
import { type Pseudonym, shownUser } from '../kernel/ids/pseudonym.ts';
import { safe } from '../kernel/redacted.ts';
import type { ApprovalRequest } from './inbox/inbox-item.ts';
import { type RunContent, withContent } from './trace/run-content.ts';
import type { RunRow, RunStore, RunSummary } from './types.ts';

/** A run of this tenant. Throws `not-found` for what is not there, or not theirs. */
export const findRun = async (runs: Pick<RunStore, 'find'>, tenantId: string, runId: string): Promise<RunRow> => {
  const row = isRunId(runId) ? await runs.find(tenantId, runId) : null;
  if (!row) throw new AppError('not-found', safe`There is no run of this id.`);
  return row;
};

/** Whether a run is asked for with what it has used so far. Throws `invalid-request` for anything else to be included. */
export const wantsUsage = (include: string | undefined): boolean => {
  if (include === undefined || include === 'usage') return include !== undefined;
  throw new AppError('invalid-request', safe`The query is not valid; see errors.`, {
    issues: [{ path: 'include', message: safe`must be usage` }],
  });
};

/** Who the end user of a run is. Never rejects: that a name cannot be read keeps nobody from the run. */
export const namesFor = async (
  { tenantId, userId }: Pick<RunRow, 'tenantId' | 'userId'>,
  find: (tenantId: string, pseudonyms: Iterable<Pseudonym>) => Promise<ReadonlyMap<Pseudonym, string>>,
): Promise<ReadonlyMap<Pseudonym, string>> =>
  userId === null ? new Map() : find(tenantId, [userId]).catch(() => new Map<Pseudonym, string>());

const instant = (epochMs: number): string => new Date(epochMs).toISOString();

/** One of the runs of `GET /agent/runs`; `names`: of end users, where they are known. */
export const summaryView = (
  { tenantId: _, userId, createdAt, updatedAt, ...run }: RunSummary,
  names: ReadonlyMap<Pseudonym, string>,
) => ({
  ...run,
  userId: shownUser(userId, names),
  createdAt: instant(createdAt),
  updatedAt: instant(updatedAt),
});

/** A tool call that waits for a person, as it is shown. */
const approvalView = ({ toolUseId, tool, input, rule, requestedAt }: ApprovalRequest) => ({
  toolUseId,
  tool,
  input,
  ...(rule === undefined ? {} : { rule }),
  requestedAt: instant(requestedAt),
});

/** The body of `GET /agent/runs/{runId}`; without `names` it does not say whose the run is. */
export const runView = (
  { runId, mode, status, agent, userId, createdAt, updatedAt, body }: RunRow,
  names: ReadonlyMap<Pseudonym, string> | null = null,
  approvals: readonly ApprovalRequest[] = [],
) => ({
  ...body,
  runId,
  mode,
  status,
  agent,
  ...(names && { userId: shownUser(userId, names) }),
  createdAt: instant(createdAt),
  updatedAt: instant(updatedAt),
  approvals: approvals.map(approvalView),
});

/** The body of `GET /agent/runs/{runId}/trace`; `content`: what was written in the run, where that was kept. */
export const traceView = ({ runId, traceId, steps, omitted }: RunRow, content: RunContent | null = null) => ({
  runId,
  traceId,
  ...(content && { task: content.task }),
  steps: steps.map((step) => withContent(step, content)),
  ...(omitted && { omitted }),
  ...(content && content.omitted > 0 && { contentOmitted: content.omitted }),
});
