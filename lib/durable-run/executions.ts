import type { RunKey } from '../runs/run-key.ts';

/** What is asked of the service that executes runs. Every method rejects with `store-unavailable` where it does not answer. */
export interface Executions {
  /** Starts the execution of a run, once: started already, it goes on. */
  start(run: RunKey): Promise<void>;
  /** Wakes a run that waits under this id; `false`: nobody waits there any more. */
  wake(callbackId: string): Promise<boolean>;
}
