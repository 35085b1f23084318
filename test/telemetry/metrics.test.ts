import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { label, safe } from '../../lib/kernel/redacted.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { METRICS } from '../../lib/telemetry/metrics/metric-names.ts';
import { noMetrics } from '../../lib/telemetry/metrics/metrics.ts';
import { type Published, published } from './embedded-format.ts';
import { SAMPLES } from './events.ts';
import { linesOf, testMetrics } from './metric-lines.ts';

/** `name{dimensions}=values`, without what every metric has. */
const shown = ({ name, dimensions: { service, stage, ...rest }, values }: Published): string => {
  expect([service, stage]).toEqual(['ballast', 'dev']);
  const set = Object.entries(rest).map(([key, value]) => `${key}=${value}`);
  return `${name}{${set.join(',')}}=${values.join('+')}`;
};

const told = async (...events: readonly BallastEvent[]): Promise<string[]> =>
  (await linesOf(...events)).flatMap(published).map(shown).sort();

const toolLines = (outcome: string, failed: 0 | 1, fault: string | null = null, isRun = true): string[] => [
  'ToolCalls{tool=calculate}=1',
  ...(isRun ? ['ToolDuration{tool=calculate}=12'] : []),
  `ToolErrors{tool=calculate}=${failed}`,
  `ToolErrors{}=${failed}`,
  ...(fault === null ? [] : [`ToolFaults{tool=calculate,fault=${fault}}=1`]),
  `ToolOutcomes{tool=calculate,outcome=${outcome}}=1`,
];

describe('what an event adds to the metrics', () => {
  it('of a model attempt is its count and time by outcome, and its tokens and cost by model', async () => {
    const on = '{model=claude-sonnet-5-5}';
    const by = '{model=claude-sonnet-5-5,outcome=answered}';
    expect(await told(SAMPLES['model.attempted'])).toEqual(
      [
        ...[`ModelAttempts${by}=1`, `ModelAttemptDuration${by}=130`, `ModelFirstContent${on}=40`],
        ...[`InputTokens${on}=4`, `OutputTokens${on}=9`, `CacheReadInputTokens${on}=3`],
        ...[`CacheCreationInputTokens${on}=533`, `CostMicroUsd${on}=1430.5`, 'CostMicroUsd{}=1430.5'],
        'CostMicroUsd{agent=assistant}=1430.5',
      ].sort(),
    );
  });

  it.each<[string, BallastEvent, string[]]>([
    [
      'a run',
      SAMPLES['run.finished'],
      [
        'FailedRuns{}=0',
        'MemoryUsed{function=run-agent}=200',
        'RunCostMicroUsd{agent=assistant}=1430.5',
        'RunCostMicroUsd{}=1430.5',
        'RunDuration{agent=assistant,status=succeeded}=286',
        'RunEnds{status=succeeded,reason=end_turn}=1',
        'RunModelCalls{agent=assistant}=2',
        'Runs{agent=assistant,status=succeeded}=1',
      ],
    ],
    ['a retry', SAMPLES['model.retried'], ['ModelRetries{model=claude-sonnet-5-5,fault=overloaded}=1']],
    ['a model that gave up', SAMPLES['model.fell-back'], ['ModelFallbacks{model=claude-sonnet-5-5}=1']],
    ['a key that is left alone', SAMPLES['model.cooled'], ['ModelCoolDowns{model=claude-sonnet-5-5}=1']],
    ['a key that the provider refused', SAMPLES['credential.rejected'], ['CredentialRejections{}=1']],
    ['a look into the cache', SAMPLES['cache.looked'], ['CacheLookups{agent=assistant,outcome=hit}=1']],
    [
      'a run that no model answered',
      SAMPLES['run.degraded'],
      ['DegradedRuns{agent=assistant,servedBy=default}=1', 'UnansweredRuns{}=1'],
    ],
    [
      'a run that another model answered',
      { ...SAMPLES['run.degraded'], servedBy: safe`fallback-model` },
      ['DegradedRuns{agent=assistant,servedBy=fallback-model}=1', 'UnansweredRuns{}=0'],
    ],
    ['a tool that worked', SAMPLES['tool.finished'], toolLines('ok', 0)],
    [
      'a tool whose fallback stood in',
      { ...SAMPLES['tool.finished'], outcome: safe`fallback`, fault: safe`failed` },
      toolLines('fallback', 1, 'failed'),
    ],
    [
      'a tool that took too long',
      { ...SAMPLES['tool.finished'], outcome: safe`error`, fault: safe`timeout` },
      ['Timeouts{what=tool}=1', ...toolLines('error', 1, 'timeout')].sort(),
    ],
    ...[
      ['declined', 'declined'],
      ['invalid-input', 'invalid-input'],
      ['error', 'unknown-tool'],
      ['error', 'not-allowed'],
    ].map(([outcome = '', fault = '']): [string, BallastEvent, string[]] => [
      `a tool whose call was ${fault}, which is no error of the tool`,
      { ...SAMPLES['tool.finished'], outcome: label(outcome), fault: label(fault) },
      toolLines(outcome, 0, fault, fault === 'declined'),
    ]),
    [
      'a tool that was left alone, whose time would make the others look fast',
      { ...SAMPLES['tool.finished'], outcome: safe`error`, fault: safe`circuit-open` },
      toolLines('error', 1, 'circuit-open', false),
    ],
    ...(
      [
        ['rate-limited', []],
        ['budget-exceeded', []],
        ['circuit-open', ['FailedRuns{}=1']],
        ['store-unavailable', ['FailedRuns{}=1']],
      ] as const
    ).map(([reason, failed]): [string, BallastEvent, string[]] => [
      `a run that was refused as ${reason}, which cost nothing and asked no model`,
      { ...SAMPLES['run.finished'], status: safe`refused`, reason: label(reason) },
      [
        ...failed,
        'MemoryUsed{function=run-agent}=200',
        'RunDuration{agent=assistant,status=refused}=286',
        `RunEnds{status=refused,reason=${reason}}=1`,
        'Runs{agent=assistant,status=refused}=1',
      ],
    ]),
    ['usage that is not on the books', SAMPLES['usage.unrecorded'], ['UsageUnrecorded{}=1']],
    ['an answer that lists what has no price', SAMPLES['usage.unpriced'], ['UsageUnpriced{}=1']],
    ['a store that failed', SAMPLES['store.failed'], ['StoreFailures{}=1']],
    ['a circuit that opened', SAMPLES['circuit.changed'], ['CircuitOpened{}=1', 'CircuitsOpen{}=1']],
    [
      'a probe that failed, which opens nothing anew',
      { ...SAMPLES['circuit.changed'], from: safe`half-open` },
      ['CircuitsOpen{}=1'],
    ],
    [
      'a circuit that closed',
      { ...SAMPLES['circuit.changed'], from: safe`half-open`, to: safe`closed` },
      ['CircuitClosed{}=1'],
    ],
    ['a circuit that is tried', { ...SAMPLES['circuit.changed'], from: safe`open`, to: safe`half-open` }, []],
    ['a call that no circuit guarded', SAMPLES['circuit.unguarded'], ['CircuitUnguarded{}=1']],
    ['a limit that said no', SAMPLES['limit.refused'], ['LimitRefusals{limit=key-requests}=1']],
    ['a call that no limit was held against', SAMPLES['limit.unguarded'], ['LimitUnguarded{}=1']],
    ['a budget that said no', SAMPLES['budget.refused'], ['BudgetRefusals{scope=user}=1', 'BudgetRefusals{}=1']],
    ['a threshold', SAMPLES['budget.threshold'], ['BudgetThresholds{percent=75}=1']],
    ['a reservation that was not settled', SAMPLES['budget.unsettled'], ['BudgetUnsettled{}=1']],
    ['a reservation that was lost', SAMPLES['budget.reconciled'], ['ReservationsReconciled{outcome=lost}=1']],
    [
      'a reservation with a record',
      { ...SAMPLES['budget.reconciled'], outcome: safe`recorded` },
      ['ReservationsReconciled{outcome=recorded}=1'],
    ],
    ['an adjustment', SAMPLES['usage.adjusted'], []],
    ['a counter that drifted', SAMPLES['budget.drifted'], ['BudgetDrift{}=1']],
    [
      'a look at all runs',
      SAMPLES['runs.swept'],
      ['QueuedRuns{}=1', 'StuckRuns{}=1', 'UnfinishedRuns{}=7', 'WaitingRuns{}=2'],
    ],
    [
      'a look at runs that finds none',
      { ...SAMPLES['runs.swept'], unfinished: 0, waiting: 0, queued: 0, stuck: 0 },
      [],
    ],
    [
      'an attempt that fell silent',
      { ...SAMPLES['model.attempted'], outcome: safe`stalled` },
      expect.arrayContaining(['Timeouts{what=model}=1']) as string[],
    ],
    [
      'a run that ended by its deadline',
      { ...SAMPLES['run.finished'], status: safe`incomplete`, reason: safe`deadline` },
      expect.arrayContaining(['Timeouts{what=run}=1', 'RunEnds{status=incomplete,reason=deadline}=1']) as string[],
    ],
    [
      'a pass over the budgets',
      SAMPLES['budgets.reconciled'],
      ['DailyForecastMicroUsd{}=12500000', 'ReconcileFailures{}=2'],
    ],
    ['a pass in which all is well', { ...SAMPLES['budgets.reconciled'], failed: 0, forecastUsd: null }, []],
    ['a round of probes', SAMPLES['dependencies.probed'], ['CircuitsOpen{}=1', 'RestingKeys{}=2']],
    ['a round that finds nothing', { ...SAMPLES['dependencies.probed'], openCircuits: 0, restingKeys: 0 }, []],
    [
      'a round that finds a resting key',
      { ...SAMPLES['dependencies.probed'], openCircuits: 0, restingKeys: 1 },
      ['RestingKeys{}=1'],
    ],
    ['a dependency that is well', { ...SAMPLES['dependency.probed'], status: safe`healthy`, latencyMs: 1_000 }, []],
    [
      'a dependency that is well and slow',
      { ...SAMPLES['dependency.probed'], status: safe`healthy`, latencyMs: 1_001 },
      ['DependencyLatency{dependency=claude}=1001', 'DependencyLatency{}=1001'],
    ],
    [
      'a round that could read neither',
      { ...SAMPLES['dependencies.probed'], openCircuits: null, restingKeys: null },
      [],
    ],
  ])('of %s', async (_what, event, lines) => {
    expect(await told(event)).toEqual(lines);
  });

  it('of a request is published for its function and for all together, and is an error where Ballast failed', async () => {
    expect(await told({ ...SAMPLES['request.finished'], error: label('upstream-overloaded') })).toEqual([
      'FailedCalls{}=1',
      'MemoryUsed{function=run-agent}=200',
      'Outcomes{code=upstream-overloaded}=1',
      'OwnServerAnswers{}=1',
      ...['RequestDuration{function=run-agent}=9', 'RequestDuration{}=9'],
      'RequestsInFlight{function=run-agent}=3',
      ...['Requests{function=run-agent}=1', 'Requests{}=1'],
      ...['ServerErrors{function=run-agent}=1', 'ServerErrors{}=1'],
    ]);
    const refused = { ...SAMPLES['request.finished'], status: 402, error: safe`budget-exceeded` };
    const lines = await told(refused);
    expect(lines).toContain('ServerErrors{}=0');
    expect(lines).toContain('Outcomes{code=budget-exceeded}=1');
    // Neither refusals nor whoever looks whether Ballast is there may hide that every call fails.
    expect(lines.join()).not.toContain('FailedCalls');
    // `/health` that says 503 has answered what it was asked.
    const unwell = await told({ ...SAMPLES['request.finished'], error: null });
    expect(unwell).toEqual(
      expect.arrayContaining(['ServerErrors{}=0', 'OwnServerAnswers{}=1', 'Outcomes{code=ok}=1']) as string[],
    );
    expect(await told({ ...SAMPLES['request.finished'], status: 200, statusLine: 200, error: null })).not.toContain(
      'OwnServerAnswers{}=1',
    );
    // API Gateway counts a stream that fails later as the 200 that it began with.
    const broken = await told({ ...SAMPLES['request.finished'], status: 502, statusLine: 200 });
    expect(broken).toContain('FailedCalls{}=1');
    expect(broken).not.toContain('OwnServerAnswers{}=1');
    // Whoever left was not answered.
    expect(await told({ ...SAMPLES['request.finished'], status: 499, error: null })).toContain(
      'Outcomes{code=abandoned}=1',
    );
  });

  it('of an asynchronous run are in the error rate when it ends, and not when it is taken', async () => {
    const taken = { ...SAMPLES['request.finished'], function: safe`submit-run` };
    const lines = async (event: BallastEvent) => (await told(event)).filter((line) => line.startsWith('FailedCalls'));
    expect(await lines({ ...taken, status: 202, statusLine: 202, error: null })).toEqual([]);
    expect(await lines({ ...taken, status: 503, error: safe`store-unavailable` })).toEqual(['FailedCalls{}=1']);
    const ended = { ...SAMPLES['run.finished'], mode: safe`async` };
    expect(await lines(ended)).toEqual(['FailedCalls{}=0']);
    expect(await lines({ ...ended, status: safe`incomplete`, reason: safe`max_cost` })).toEqual(['FailedCalls{}=0']);
    for (const status of ['failed', 'timed_out', 'refused'])
      expect(await lines({ ...ended, status: label(status), isFault: true })).toEqual(['FailedCalls{}=1']);
    for (const status of ['failed', 'timed_out', 'refused', 'cancelled'])
      expect(await lines({ ...ended, status: label(status) })).toEqual([]);
    // A synchronous one is counted by its request.
    expect(await lines({ ...ended, mode: safe`sync`, status: safe`failed`, isFault: true })).toEqual([]);
  });

  it('of a request are in the error rate where it asks for work, however often others look how that goes', async () => {
    const folder = fileURLToPath(new URL('../../functions/', import.meta.url));
    const counted: string[] = [];
    for (const name of readdirSync(folder).map((file) => file.replace('.ts', ''))) {
      const lines = await told({ ...SAMPLES['request.finished'], function: label(name) });
      if (lines.includes('FailedCalls{}=1')) counted.push(name);
    }
    expect(counted).toEqual(['ask-provider', 'messages', 'run-agent', 'submit-run']);
    // The same functions list runs and models.
    for (const method of ['GET', 'OPTIONS', 'HEAD'])
      for (const name of counted) {
        const read = { ...SAMPLES['request.finished'], function: label(name), method: label(method) };
        for (const each of [read, { ...read, status: 200, statusLine: 200, error: null }])
          expect((await told(each)).join(), `${method} ${name}`).not.toContain('FailedCalls');
      }
  });

  it('of a dependency is published for it and for all together', async () => {
    expect(await told(SAMPLES['dependency.probed'])).toEqual([
      ...['DependencyFailures{dependency=claude}=1', 'DependencyFailures{}=1'],
      ...['DependencyLatency{dependency=claude}=31', 'DependencyLatency{}=31'],
    ]);
  });

  it.each(['alerts', 'keys', 'models', 'prices', 'rests'])(
    'of %s is published for it alone: no dependency is away',
    async (name) => {
      const lines = await told({ ...SAMPLES['dependency.probed'], dependency: label(name) });
      expect(lines).toEqual([`DependencyFailures{dependency=${name}}=1`, `DependencyLatency{dependency=${name}}=31`]);
    },
  );

  it.each([
    ['refused', 429, 'rate-limited', false],
    ['not even begun, because a circuit is open', 503, 'circuit-open', false],
    ['not even begun, because the store is away', 503, 'store-unavailable', false],
    ['answered', 200, null, true],
    ['failed after a wait', 504, 'upstream-timeout', true],
  ])('of a request that was %s: only what was worked on is a latency', async (_what, status, error, isMeasured) => {
    const lines = await told({ ...SAMPLES['request.finished'], status, error: error === null ? null : label(error) });
    expect(lines.some((line) => line.startsWith('RequestDuration'))).toBe(isMeasured);
    expect(lines).toContain(`Outcomes{code=${error ?? 'ok'}}=1`);
  });
});

describe('the lines', () => {
  it('are in the namespace, with the units of the definitions, and hold no tenant, run, key or request', async () => {
    const lines = await linesOf(...Object.values(SAMPLES));
    for (const { namespace, name, unit } of lines.flatMap(published)) {
      expect(namespace).toBe('Ballast');
      expect(METRICS[name as keyof typeof METRICS].unit).toBe(unit);
    }
    expect(lines.join('')).not.toMatch(/run_01|acme|key-1|req_1/);
    expect(new Set(lines.flatMap(published).map(({ name }) => name)).size).toBeGreaterThan(20);
  });

  it('join the values of one request that have the same dimensions', async () => {
    const attempt = SAMPLES['model.attempted'];
    const lines = await linesOf(attempt, { ...attempt, durationMs: 70 });
    expect(lines).toHaveLength(3);
    expect(lines.flatMap(published).map(shown)).toContain(
      'ModelAttemptDuration{model=claude-sonnet-5-5,outcome=answered}=130+70',
    );
  });

  it('never hold more values of a metric than CloudWatch takes, and lose none', async () => {
    const lines = await linesOf(...Array.from({ length: 250 }, () => SAMPLES['store.failed']));
    const values = lines.flatMap(published).map((row) => row.values.length);
    expect(Math.max(...values)).toBeLessThanOrEqual(100);
    expect(values.reduce((sum, count) => sum + count)).toBe(250);
    expect(lines.every((line) => line.endsWith('}\n') && line.indexOf('\n') === line.length - 1)).toBe(true);
  });

  it('go out in one write, and where there are none in no write at all', async () => {
    const writes: string[] = [];
    const metrics = testMetrics((text) => writes.push(text));
    metrics.listen(SAMPLES['model.attempted']);
    await metrics.flush();
    expect(writes).toEqual([expect.stringMatching(/^(?:\{.*\}\n){3}$/)]);
    metrics.listen(SAMPLES['run.started']);
    await metrics.flush();
    expect(writes).toHaveLength(1);
  });

  it('are written once each, also when requests end together', async () => {
    const lines: string[] = [];
    const metrics = testMetrics((text) => lines.push(...text.split(/(?<=\n)/)));
    metrics.listen(SAMPLES['store.failed']);
    await Promise.all([metrics.flush(), metrics.flush()]);
    await metrics.flush();
    expect(lines).toHaveLength(1);
  });

  it('are lost, and nothing else, where they cannot be written', async () => {
    const broken = testMetrics(() => {
      throw new Error('EPIPE');
    });
    broken.listen(SAMPLES['store.failed']);
    await expect(broken.flush()).resolves.toBeUndefined();
  });

  it('are not there for a terminal', async () => {
    noMetrics.listen(SAMPLES['store.failed']);
    await expect(noMetrics.flush()).resolves.toBeUndefined();
  });
});
