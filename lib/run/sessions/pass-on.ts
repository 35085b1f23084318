import { safe } from '../../kernel/redacted.ts';
import type { QueuedRun } from '../../runs/queue.ts';
import type { SessionKey } from '../../sessions/types.ts';
import { describeFailure } from '../../telemetry/describe-error.ts';
import type { Emit } from '../../telemetry/events.ts';
import type { Tenant } from '../../tenants/types.ts';
import type { Succession } from './succession.ts';

/** Starts an asynchronous run that has waited for its session. */
export type StartNext = (run: QueuedRun, tenant: Tenant) => Promise<void>;

export interface PassOnParts {
  readonly emit: Emit;
  readonly start: (run: QueuedRun) => Promise<void>;
}

/** Starts the run whose turn it is in a session that was given back. Never rejects: the sweeper makes up for it. */
export const passOn = async (
  succession: Pick<Succession, 'next'>,
  key: SessionKey,
  { emit, start }: PassOnParts,
): Promise<void> => {
  try {
    const next = await succession.next(key);
    if (next !== null) await start({ tenantId: key.tenantId, ...next });
  } catch (error) {
    emit({ type: 'store.failed', operation: safe`sessions.next`, ...describeFailure(error) });
  }
};
