import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { METRICS } from '../../lib/telemetry/metrics/metric-names.ts';
import type { Template } from '../../scripts/compiled-template.ts';
import { dashboardBody, declareDashboard, type Widget } from '../../scripts/declare-dashboard.ts';
import { ROOT } from '../made-once.ts';
import { published } from '../telemetry/embedded-format.ts';
import { SAMPLES } from '../telemetry/events.ts';
import { linesOf } from '../telemetry/metric-lines.ts';

const read = (path: string) => parse(readFileSync(join(ROOT, path), 'utf8')) as unknown;
const WIDGETS = read('infra/dashboard.yml') as readonly Widget[];
const { functions } = read('serverless.yml') as { readonly functions: Readonly<Record<string, object>> };

interface Body {
  readonly widgets: readonly {
    readonly x: number;
    readonly y: number;
    readonly properties: { readonly title: string; readonly metrics: readonly (readonly unknown[])[] };
  }[];
}
const body = (widgets: readonly Widget[] = WIDGETS) => JSON.parse(dashboardBody(widgets, 'dev')) as Body;

/** What AWS itself counts that is shown. */
const OF_AWS: Readonly<Record<string, readonly string[]>> = {
  'AWS/Lambda': ['ConcurrentExecutions', 'Errors', 'Throttles'],
};

/** Name and dimensions, sorted, as `CostMicroUsd agent,service,stage`. */
const named = (name: string, dimensions: readonly string[]): string => `${name} ${dimensions.toSorted().join(',')}`;

/** Everything that is published of an event of each type, and of what only some of them bring. */
const emitted = async (): Promise<ReadonlySet<string>> => {
  const tool = { ...SAMPLES['tool.finished'], fault: SAMPLES['tool.finished'].outcome };
  const answered = { ...SAMPLES['request.finished'], status: 200, error: null };
  const lines = await linesOf(...Object.values(SAMPLES), tool, answered, {
    ...SAMPLES['run.finished'],
    reason: 'deadline' as typeof tool.outcome,
  });
  return new Set(lines.flatMap(published).map(({ name, dimensions }) => named(name, Object.keys(dimensions))));
};

/** What a widget shows that nothing emits, or that is none of the stage's. */
const defects = async (widgets: readonly Widget[]): Promise<string[]> => {
  const known = await emitted();
  return body(widgets).widgets.flatMap(({ properties: { title, metrics } }) =>
    metrics.flatMap((line) => {
      const [first, name, ...rest] = line as [string | { expression: string }, string, ...string[]];
      if (typeof first === 'object') {
        const [, set = '', metric = '', stage] =
          /^SEARCH\('\{Ballast,([\w,]+)\} MetricName="(\w+)" stage="(\w+)"', '\w+', \d+\)$/.exec(first.expression) ??
          [];
        return known.has(named(metric, set.split(','))) && stage === 'dev' ? [] : [`${title}: ${first.expression}`];
      }
      if (first === 'Ballast') {
        const dimensions = rest.filter((_, at) => at % 2 === 0);
        return known.has(named(name, dimensions)) && rest.at(-1) === 'dev' ? [] : [`${title}: ${name}`];
      }
      const [, of] = rest;
      const isOurs = of === undefined || Object.hasOwn(functions, of.replace('ballast-dev-', ''));
      return OF_AWS[first]?.includes(name) && isOurs ? [] : [`${title}: ${name} ${of}`];
    }),
  );
};

describe('the dashboard', () => {
  it('shows metrics that the code emits under that name, namespace and dimensions', async () => {
    expect(await defects(WIDGETS)).toEqual([]);
  });

  it.each<[string, Widget]>([
    ['a metric that nothing emits', { title: 'x', of: ['Refusals'] }],
    ['a metric that has no sum over all', { title: 'x', of: ['ToolCalls'] }],
    ['a dimension that the metric lacks', { title: 'x', by: { metric: 'Outcomes', dimension: 'agent' } }],
    ['a set of dimensions that it lacks', { title: 'x', by: { metric: 'ToolOutcomes', dimension: 'tool' } }],
    ['a function that is not there', { title: 'x', aws: [['AWS/Lambda', 'Errors', 'FunctionName', 'run']] }],
    ['a metric of AWS that it does not know', { title: 'x', aws: [['AWS/Lambda', 'Faults']] }],
  ])('would be found out with %s', async (_what, widget) => {
    expect(await defects([...WIDGETS, widget])).toHaveLength(1);
  });

  it('tells of traffic, outcomes, latency, money, circuits, waiting runs, refusals and tools', () => {
    const text = JSON.stringify(WIDGETS);
    for (const name of [
      ...['Requests', 'Outcomes', 'RequestDuration', 'Overhead', 'CostMicroUsd', 'CircuitsOpen', 'WaitingRuns'],
      ...['LimitRefusals', 'BudgetRefusals', 'ToolFaults', 'ModelFirstContent', 'MemoryUsed'],
    ]) {
      expect(Object.keys(METRICS)).toContain(name);
      expect(text).toContain(name);
    }
  });

  it('titles what rests now as resting, and 429s as 429s', () => {
    const shown = (title: string) => body().widgets.find(({ properties }) => properties.title === title)?.properties;
    expect(shown('Keys that rest')?.metrics).toEqual([
      ['Ballast', 'RestingKeys', 'service', 'ballast', 'stage', 'dev'],
    ]);
    expect(shown('Keys that rest')).toMatchObject({ stat: 'Maximum' });
    expect(JSON.stringify(shown('429s after which a key rests')?.metrics)).toContain('ModelCoolDowns');
    expect(JSON.stringify(WIDGETS).match(/ModelCoolDowns/g)).toHaveLength(1);
  });

  it('lays no widget over another', () => {
    const places = body().widgets.map(({ x, y }) => `${x} ${y}`);
    expect(new Set(places).size).toBe(WIDGETS.length);
  });

  it('is made where the parameter says so, in the region of the stack, and not otherwise', () => {
    const template: Template = { Resources: {} };
    declareDashboard(template, false, WIDGETS, 'dev');
    expect(template.Resources).toEqual({});
    declareDashboard(template, 'true', WIDGETS, 'dev');
    expect(template.Resources['Dashboard']?.Properties['DashboardName']).toBe('ballast-dev');
    expect(JSON.stringify(template.Resources['Dashboard'])).toContain('${AWS::Region}');
    expect(() => declareDashboard(template, 'yes', WIDGETS, 'dev')).toThrow('dashboard must be true or false');
  });
});
