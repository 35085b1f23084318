import { safe } from '../kernel/redacted.ts';
import type { Shutdown } from '../kernel/shutdown.ts';
import type { Log } from '../telemetry/log.ts';

/**
 * Ends the process of a function when Lambda asks for it, once what is under way has ended. Lambda asks where an extension is
 * registered, and only then; without one nothing is under way when it ends an environment.
 */
export const endWith = (process: NodeJS.Process, shutdown: Shutdown, log: Log): void => {
  process.once('SIGTERM', () => {
    const requests = shutdown.underWay();
    if (requests > 0) log.info(safe`stopping`, { requests });
    void shutdown.begin().then(() => process.exit(0));
  });
};
