import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runAgent } from '../../functions/run-agent.ts';
import { METRICS } from '../../lib/telemetry/metric-names.ts';
import { createMetrics } from '../../lib/telemetry/metrics.ts';
import { httpEvent, invokeStreaming } from '../functions/invoke.ts';
import { functionParts } from '../functions/parts.ts';
import { type Published, published } from '../telemetry/embedded-format.ts';
import { SAMPLES } from '../telemetry/events.ts';
import { alarmDefects, alarmedMetrics } from './alarms.ts';
import { packaged, packagedTemplate, ROOT, type Stage, STAGES } from './packaged.ts';
import { at, ofType, plant, resource, type Template } from './template.ts';

beforeAll(packaged);

/** All that the real listener writes in a stage: for an event of each type, and for a request to the real handler. */
const emitted = async (stage: Stage): Promise<Published[]> => {
  const lines: string[] = [];
  const write = (text: string) => lines.push(...text.trimEnd().split('\n'));
  const metrics = createMetrics({ stage, tools: new Set(), write });
  const parts = { ...functionParts(async () => Promise.reject(new Error('broken'))), flush: metrics.flush };
  const events = Object.entries(SAMPLES).filter(([type]) => type !== 'request.finished');
  for (const [, event] of events) metrics.listen(event);
  await invokeStreaming(runAgent({ ...parts, emit: metrics.listen }), httpEvent());
  await metrics.flush();
  return lines.flatMap(published);
};

/** Without the second ones of those that are over more functions than an alarm takes. */
const names = (template: Template): string[] => {
  const all = ofType(template, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) =>
    String(Properties['AlarmName']).replace(/^ballast-(dev|staging|prod)-/, ''),
  );
  return all.filter((name) => !all.includes(name.replace(/-\d$/, '')) || !/-\d$/.test(name));
};

describe('the alarms', () => {
  it.each(STAGES)(
    'look at metrics that the code emits under that name, namespace and dimensions in %s',
    async (stage) => {
      expect(alarmDefects(await packagedTemplate(stage), stage, await emitted(stage))).toEqual([]);
    },
  );

  it('are there for what the operator must hear of', async () => {
    const template = await packagedTemplate('prod');
    expect(names(template).toSorted()).toEqual([
      ...['budget-drift', 'budget-unsettled', 'circuit-open', 'credential-rejected', 'errors', 'gateway-errors'],
      ...[
        'gateway-throttles',
        'lambda-errors',
        'lambda-throttles',
        'latency-p95',
        'latency-p99',
        'limit-unguarded',
        'probe-silent',
        'probe-unhealthy',
      ],
      ...[
        'reconcile-failures',
        'reconcile-silent',
        'reservations-lost',
        'run-status-lost',
        'run-worker-errors',
        'runs-degraded',
        'runs-lost',
        'runs-stuck',
        'usage-unpriced',
        'usage-unrecorded',
        'webhooks-lost',
      ],
    ]);
    expect(new Set(alarmedMetrics(template)).size).toBe(17);
  });

  it('each have a section in docs/alarms.md, which has none for others', async () => {
    const sections = [...readFileSync(join(ROOT, 'docs/alarms.md'), 'utf8').matchAll(/^### ([\w-]+)$/gm)];
    expect(sections.map(([, name]) => name).toSorted()).toEqual(names(await packagedTemplate('prod')).toSorted());
  });

  it('have all metrics in the table of docs/alarms.md, and no others', () => {
    const rows = readFileSync(join(ROOT, 'docs/alarms.md'), 'utf8')
      .split('\n## Metrics\n')[1]
      ?.split('\n')
      .filter((line) => line.startsWith('| `'));
    const listed = rows?.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name));
    expect(listed?.toSorted()).toEqual(Object.keys(METRICS).toSorted());
  });

  it('take silence for what it is: of what runs each minute an alarm, of errors none, and of circuits neither', async () => {
    const template = await packagedTemplate('prod');
    const silence = (id: string) => resource(template, id).Properties['TreatMissingData'];
    for (const id of ['ProbeSilentAlarm', 'ReconcileSilentAlarm']) {
      expect(silence(id)).toBe('breaching');
      expect(resource(template, id).Properties).toMatchObject({
        ComparisonOperator: 'LessThanThreshold',
        Period: 60,
        EvaluationPeriods: 5,
      });
    }
    const ofEvents = ['ErrorsAlarm', 'BudgetDriftAlarm', 'ReservationsLostAlarm', 'ReconcileFailuresAlarm'];
    for (const id of [...ofEvents, 'CredentialRejectedAlarm', 'RunsDegradedAlarm', 'UsageUnpricedAlarm'])
      expect(silence(id)).toBe('notBreaching');
    expect(silence('CircuitOpenAlarm')).toBe('ignore');
  });

  it.each(STAGES)('go off for latency before a run is ended by its deadline in %s', async (stage) => {
    const template = await packagedTemplate(stage);
    const threshold = (id: string) => Number(resource(template, id).Properties['Threshold']);
    const variables = at(resource(template, 'RunDashagentLambdaFunction'), 'Properties', 'Environment', 'Variables');
    expect(threshold('LatencyP95Alarm')).toBeLessThan(threshold('LatencyP99Alarm'));
    expect(threshold('LatencyP99Alarm')).toBeLessThan(Number(at(variables, 'RUN_TIMEOUT_MS')));
    expect(threshold('ErrorsAlarm')).toBeGreaterThanOrEqual(1);
  });

  it.each<[string, (string | number)[], unknown, string]>([
    ['another metric', ['ErrorsAlarm', 'Properties', 'MetricName'], 'Errors', 'nothing emits'],
    ['another namespace', ['ErrorsAlarm', 'Properties', 'Namespace'], 'ballast', 'nothing emits'],
    [
      'a dimension too few',
      ['ErrorsAlarm', 'Properties', 'Dimensions'],
      [{ Name: 'service', Value: 'ballast' }],
      'nothing emits',
    ],
    ['another stage', ['ErrorsAlarm', 'Properties', 'Dimensions', 1, 'Value'], 'prod', 'nothing emits'],
    ['another function', ['LatencyP95Alarm', 'Properties', 'Dimensions', 2, 'Value'], 'run', 'nothing emits'],
    ['an alarm that tells nobody', ['ErrorsAlarm', 'Properties', 'AlarmActions'], [], 'not told by AlarmActions'],
    ['an alarm that never ends', ['ErrorsAlarm', 'Properties', 'OKActions'], [], 'not told by OKActions'],
    ['silence without a meaning', ['ErrorsAlarm', 'Properties', 'TreatMissingData'], undefined, 'silence'],
    [
      'another outcome of reservations',
      ['ReservationsLostAlarm', 'Properties', 'Dimensions', 2, 'Value'],
      'recorded',
      'nothing emits',
    ],
    [
      'a sum of more metrics than CloudWatch takes',
      ['LambdaErrorsAlarm', 'Properties', 'Metrics', 11],
      { MetricStat: { Metric: { Namespace: 'AWS/Lambda', MetricName: 'Errors' } } },
      'more than 10 metrics',
    ],
    ['a function without an alarm', ['LambdaErrorsAlarm', 'Properties', 'Metrics', 1], {}, 'are in no alarm'],
    [
      'dead letters that nobody hears of',
      ['RunStatusLostAlarm', 'Properties', 'Dimensions', 0, 'Value', 'Fn::GetAtt', 0],
      'RunDeadLetters',
      'RunStatusDeadLetters has no alarm',
    ],
  ])('would show %s', async (_defect, path, value, complaint) => {
    const broken = plant(await packagedTemplate('dev'), path, value);
    expect(alarmDefects(broken, 'dev', await emitted('dev')).join('\n')).toContain(complaint);
  });
});
