import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';
import type { RunRow, RunStore } from './types.ts';

const RUN_ID = /^run_[0-9a-z]{26}$/;

/** A run of this tenant. Throws `not-found` for what is not there, or not theirs. */
export const findRun = async (runs: Pick<RunStore, 'find'>, tenantId: string, runId: string): Promise<RunRow> => {
  const row = RUN_ID.test(runId) ? await runs.find(tenantId, runId) : null;
  if (!row) throw new AppError('not-found', safe`There is no run of this id.`);
  return row;
};

const instant = (epochMs: number): string => new Date(epochMs).toISOString();

/** The body of `GET /agent/runs/{runId}`. */
export const runView = ({ runId, mode, status, agent, createdAt, updatedAt, body }: RunRow) => ({
  ...body,
  runId,
  mode,
  status,
  agent,
  createdAt: instant(createdAt),
  updatedAt: instant(updatedAt),
  approvals: [],
});

/** The body of `GET /agent/runs/{runId}/trace`. */
export const traceView = ({ runId, traceId, steps }: RunRow) => ({ runId, traceId, steps });
