import type { Clock } from '../../lib/kernel/clock.ts';
import type { Journals } from './journals.ts';

const HOUR_MS = 3_600_000;

export interface RemoveOldOptions {
  readonly journals: Pick<Journals, 'removeEnded'>;
  readonly retentionMsOf: (functionName: string) => number;
  readonly clock: Clock;
  readonly stopped: AbortSignal;
  readonly onFailure: (error: unknown) => void;
}

/** Removes journals whose retention is over, now and each hour until everything stops. */
export const removeOldEachHour = async (options: RemoveOldOptions): Promise<void> => {
  const { journals, retentionMsOf, clock, stopped, onFailure } = options;
  await journals.removeEnded((functionName) => clock.now() - retentionMsOf(functionName)).catch(onFailure);
  if (stopped.aborted) return;
  const callOff = clock.after(HOUR_MS, () => {
    stopped.removeEventListener('abort', callOff);
    void removeOldEachHour(options);
  });
  stopped.addEventListener('abort', callOff, { once: true });
};
