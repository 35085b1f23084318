import type { Clock } from '../lib/kernel/clock.ts';
import type { AutoClock } from './auto-clock.ts';
import { systemClock } from './upstream/system-clock.ts';

/** Below the five seconds that a test has by default, so that there is time to say what it hangs on. */
const HANGS_AFTER_MS = 4_000;
const LOOK_EACH_MS = 250;

/** What the kit does not know of is mostly code that is still being loaded, which on a busy machine takes its time. */
const UNKNOWN_AFTER_MS = 60_000;

/**
 * Rejects with what a run hangs on once nothing has moved for four seconds of real time; never resolves. Time in which the machine
 * is late with this very watch does not count: it is late with the run too. `signal` ends the watch.
 */
export const detectHang = (
  clock: Pick<AutoClock, 'changes' | 'busyWith'>,
  signal: AbortSignal,
  realTime: Clock = systemClock,
): Promise<never> =>
  new Promise((_resolve, reject) => {
    let cancel = () => {};
    const look = (seen: number, quietMs: number) => {
      const since = realTime.monotonicMs();
      cancel = realTime.after(LOOK_EACH_MS, () => {
        if (clock.changes !== seen) return look(clock.changes, 0);
        const isLate = realTime.monotonicMs() - since >= 2 * LOOK_EACH_MS;
        const quiet = isLate ? quietMs : quietMs + LOOK_EACH_MS;
        if (quiet < (clock.busyWith.length === 0 ? UNKNOWN_AFTER_MS : HANGS_AFTER_MS)) return look(seen, quiet);
        const what = clock.busyWith.join(' and ') || 'nothing that the kit knows of';
        reject(
          new Error(
            `The run hangs on ${what}. Time stands still while a tool works; to see one time out, ` +
              "let its request hang (fetch: () => 'hangs'), or name it: hangs: ['its_name'].",
          ),
        );
      });
    };
    signal.addEventListener('abort', () => cancel(), { once: true });
    look(clock.changes, 0);
  });
