import { AppError } from '../kernel/errors.ts';
import { type Pseudonym, shownUser } from '../kernel/pseudonym.ts';
import { safe } from '../kernel/redacted.ts';
import type { ApprovalRequest } from './inbox/inbox-item.ts';
import { type RunContent, withContent } from './trace/run-content.ts';
import type { RunRow, RunStore, RunSummary } from './types.ts';

const RUN_ID = /^run_[0-9a-z]{26}$/;

/** A run of this tenant. Throws `not-found` for what is not there, or not theirs. */
export const findRun = async (runs: Pick<RunStore, 'find'>, tenantId: string, runId: string): Promise<RunRow> => {
  const row = RUN_ID.test(runId) ? await runs.find(tenantId, runId) : null;
  if (!row) throw new AppError('not-found', safe`There is no run of this id.`);
  return row;
};

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

/** The body of `GET /agent/runs/{runId}`. */
export const runView = (
  { runId, mode, status, agent, createdAt, updatedAt, body }: RunRow,
  approvals: readonly ApprovalRequest[] = [],
) => ({
  ...body,
  runId,
  mode,
  status,
  agent,
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
