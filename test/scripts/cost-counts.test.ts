import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deliverWebhooks } from '../../functions/deliver-webhooks.ts';
import { probeDependencies } from '../../functions/probe-dependencies.ts';
import { reconcileBudgets } from '../../functions/reconcile-budgets.ts';
import { sweepRuns } from '../../functions/sweep-runs.ts';
import { createNotifyAlarm } from '../../lib/alerts/notify-alarm.ts';
import { accountingOf } from '../../lib/app/accounting.ts';
import { alertingOf } from '../../lib/app/alerting.ts';
import { type App, createApp } from '../../lib/app/app.ts';
import { runSweepingOf } from '../../lib/app/runs/run-sweeping.ts';
import { supervisionOf } from '../../lib/app/supervision.ts';
import { webhooksOf } from '../../lib/app/webhooks.ts';
import { label } from '../../lib/kernel/redacted.ts';
import { systemClock } from '../../local/system-clock.ts';
import { METRICS_IN_USE, OF_REQUESTS, OF_SCHEDULES } from '../../scripts/cost/counted.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { TABLE_NAMES } from '../dynamodb-names.ts';
import { startHttpTarget } from '../http-target.ts';
import { published } from '../telemetry/embedded-format.ts';
import { SAMPLES } from '../telemetry/events.ts';
import { linesOf } from '../telemetry/metric-lines.ts';
import { type PermittedDynamoDb, startPermittedDynamoDb } from '../template/permitted.ts';

describeOnDynamoDb('a scheduled function that finds nothing to do', (engine) => {
  let dynamodb: PermittedDynamoDb;
  let upstream: Awaited<ReturnType<typeof startHttpTarget>>;
  let app: App;
  let written = '';
  beforeAll(async () => {
    dynamodb = await startPermittedDynamoDb(engine().endpoint);
    upstream = await startHttpTarget();
    app = createApp({
      env: {
        STAGE: 'test',
        LOG_LEVEL: 'ERROR',
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        AWS_ENDPOINT_URL_DYNAMODB: dynamodb.url,
        AWS_ENDPOINT_URL_SECRETS_MANAGER: upstream.url,
        ANTHROPIC_BASE_URL: upstream.url,
        CONTROL_TABLE: TABLE_NAMES.ControlTable,
        LEDGER_TABLE: TABLE_NAMES.LedgerTable,
        RUNS_TABLE: TABLE_NAMES.RunsTable,
      },
      clock: systemClock,
      random: () => 0.5,
      randomBytes: (length) => new Uint8Array(length),
      fetch,
      write: (line) => (written += line),
    });
  });
  afterAll(() => Promise.all([dynamodb.close(), upstream.close()]));

  const calls: Readonly<Record<string, () => Promise<unknown>>> = {
    'probe-dependencies': () => probeDependencies({ ...app, ...supervisionOf(app) })({}),
    'reconcile-budgets': () => reconcileBudgets({ ...app, ...accountingOf(app) })({}),
    'sweep-runs': () => sweepRuns({ ...app, ...runSweepingOf(app) })({}),
    'deliver-webhooks': () => deliverWebhooks({ ...app, ...webhooksOf(app) })({}),
    'notify-alarm': () =>
      createNotifyAlarm({ ...alertingOf(app), table: app.core.stores.control })({ look: 'flapping' }),
  };

  it.each(Object.keys(OF_SCHEDULES))('asks DynamoDB as often as npm run cost says: %s', async (name) => {
    const seen = () => [...dynamodb.granted, ...dynamodb.denied];
    const before = seen().length;
    await calls[name]?.();
    const said = seen().slice(before);
    const reads = said.filter((each) => /dynamodb:(?:GetItem|Query|BatchGetItem)/.test(each));
    expect({ writes: said.length - reads.length, reads: reads.length, said }).toEqual({ ...OF_SCHEDULES[name], said });
  });

  it('has a count each, by name', () => {
    expect(Object.keys(calls)).toEqual(Object.keys(OF_SCHEDULES));
  });
});

describe('the metrics that npm run cost counts', () => {
  const OF_A_RUN = [
    SAMPLES['model.attempted'],
    SAMPLES['tool.finished'],
    SAMPLES['model.attempted'],
    SAMPLES['run.finished'],
    { ...SAMPLES['request.finished'], status: 200, error: null },
  ];
  /** The line of the request, of Lambda and of the API's access log. */
  const OTHER_LINES = 2_200;

  it('are at least those of a run with a tool, a gateway call and their usual failures', async () => {
    const gateway = { ...SAMPLES['model.attempted'], agent: label('gateway') };
    const lines = await linesOf(
      ...OF_A_RUN,
      gateway,
      { ...gateway, outcome: label('overloaded') },
      { ...SAMPLES['request.finished'], function: label('messages'), status: 200, error: null },
      SAMPLES['model.retried'],
      SAMPLES['limit.refused'],
      SAMPLES['runs.swept'],
    );
    const series = new Set(lines.flatMap(published).map(({ name, dimensions }) => JSON.stringify([name, dimensions])));
    expect(series.size).toBeLessThanOrEqual(METRICS_IN_USE);
    expect(series.size).toBeGreaterThan(METRICS_IN_USE / 2);
  });

  it('are in the bytes of the logs', async () => {
    const bytes = (await linesOf(...OF_A_RUN)).join('').length + OTHER_LINES;
    expect(bytes).toBeGreaterThan(0.6 * OF_REQUESTS.runs.logBytes);
    expect(bytes).toBeLessThan(1.2 * OF_REQUESTS.runs.logBytes);
  });
});
