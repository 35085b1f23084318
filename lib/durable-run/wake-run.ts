import type { RunKey } from '../runs/run-key.ts';
import type { RunStore } from '../runs/types.ts';
import type { Executions } from './executions.ts';

export interface WakeRunParts {
  readonly runs: Pick<RunStore, 'find'>;
  readonly executions: Executions;
}

/** Has a worker look at a run now, also where none ever did. */
export const wakeRun = async ({ runs, executions }: WakeRunParts, { tenantId, runId }: RunKey): Promise<void> => {
  const row = await runs.find(tenantId, runId);
  if (row?.waiting) await executions.wake(String(row.waiting['callbackId']));
  else if (row?.status === 'queued') await executions.start({ tenantId, runId });
};
