import { createApp } from '../../lib/app/app.ts';
import { runSweepingOf } from '../../lib/app/runs/run-sweeping.ts';
import { userErasingOf } from '../../lib/app/runs/user-erasing.ts';
import type { Clock } from '../../lib/kernel/clock.ts';
import { systemClock } from '../../local/system-clock.ts';
import { seededRandom } from '../seeded-random.ts';

/** The erasures of a stage, by an app of its own over its tables, on a clock that can be moved on. */
export const erasingApp = (
  endpoint: string,
  names: Readonly<Record<'ControlTable' | 'LedgerTable' | 'RunsTable', string>>,
) => {
  let ahead = 0;
  const clock: Clock = { ...systemClock, now: () => systemClock.now() + ahead };
  const { hostname, port } = new URL(endpoint);
  const app = createApp({
    env: {
      LOG_LEVEL: 'ERROR',
      LOG_FORMAT: 'pretty',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_DYNAMODB: `http://${hostname}:${port}`,
      CONTROL_TABLE: names.ControlTable,
      LEDGER_TABLE: names.LedgerTable,
      RUNS_TABLE: names.RunsTable,
    },
    clock,
    random: seededRandom(16),
    randomBytes: (length) => new Uint8Array(length).fill(7),
    fetch,
    write: () => undefined,
  });
  return {
    app,
    clock,
    erase: userErasingOf(app),
    /** All that the sweeper does. */
    sweep: runSweepingOf(app).sweepRuns,
    advance: (ms: number) => (ahead += ms),
  };
};
