import { label } from '../../kernel/redacted.ts';
import { describeFailure } from '../../telemetry/describe-error.ts';
import type { Emit } from '../../telemetry/events.ts';

export type OrFailed = <T>(operation: string, act: Promise<T>, otherwise: T) => Promise<T>;

/** Goes on without a store that fails, and says so: an alert may be about the store, and twice is better than never. */
export const orFailed =
  (emit: Emit): OrFailed =>
  async (operation, act, otherwise) => {
    try {
      return await act;
    } catch (error) {
      emit({ type: 'store.failed', operation: label(`alerts.${operation}`), ...describeFailure(error) });
      return otherwise;
    }
  };
