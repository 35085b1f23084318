import type { LostEnd } from './lost/fail-run.ts';

/** "Durable Execution Status Change" of EventBridge, as far as it is read here. */
interface StatusChange {
  readonly detail?: {
    readonly durableExecutionName?: string;
    readonly durableExecutionArn?: string;
    readonly status?: string;
  };
}

const LOST: Readonly<Record<string, LostEnd>> = { FAILED: 'failed', TIMED_OUT: 'timed_out', STOPPED: 'stopped' };
/** An execution that succeeded has ended its run; the sweeper looks whether it did. */
const RUN_ID = /run_[0-9a-z]{26}/;

/** The run whose execution has ended, in whatever way; `undefined`: any other event. */
export const endedExecution = (event: unknown): string | undefined => {
  const { detail } = (event ?? {}) as StatusChange;
  return RUN_ID.exec(detail?.durableExecutionName ?? detail?.durableExecutionArn ?? '')?.[0];
};

/** The run whose execution ended in a way in which it could not end its run; `null`: any other event. */
export const lostExecution = (event: unknown): { readonly runId: string; readonly how: LostEnd } | null => {
  const { detail } = (event ?? {}) as StatusChange;
  const how = LOST[detail?.status ?? ''];
  const runId = endedExecution(event);
  return how === undefined || runId === undefined ? null : { runId, how };
};
