import type { Template } from './compiled-template.ts';

/** A widget as `infra/dashboard.yml` has it. */
export interface Widget {
  readonly title: string;
  readonly of?: readonly string[];
  readonly by?: { readonly metric: string; readonly dimension: string | readonly string[] };
  /** Namespace, metric, and where it is of one function the dimension and the function's name. */
  readonly aws?: readonly (readonly string[])[];
  /** Default: the sum. */
  readonly stat?: string;
  /** Seconds; default: five minutes. */
  readonly period?: number;
}

const [WIDTH, HEIGHT, COLUMNS] = [8, 6, 3];
const ALL = ['service', 'ballast', 'stage'];

const linesOf = (widget: Widget, stage: string): unknown[] => {
  const { of = [], by, aws = [], stat = 'Sum', period = 300 } = widget;
  const search = (metric: string, dimensions: readonly string[]) =>
    `SEARCH('{Ballast,service,stage,${dimensions.join(',')}} MetricName="${metric}" stage="${stage}"', '${stat}', ${period})`;
  return [
    ...of.map((metric) => ['Ballast', metric, ...ALL, stage]),
    ...(by === undefined ? [] : [[{ expression: search(by.metric, [by.dimension].flat()), id: 'each' }]]),
    ...aws.map(([namespace, metric, dimension, name]) =>
      dimension === undefined
        ? [namespace, metric]
        : [namespace, metric, dimension, dimension === 'FunctionName' ? `ballast-${stage}-${name}` : name],
    ),
  ];
};

/** The body of a dashboard, three widgets in a row. The region is that of the stack. */
export const dashboardBody = (widgets: readonly Widget[], stage: string): string =>
  JSON.stringify({
    widgets: widgets.map((widget, at) => ({
      type: 'metric',
      x: (at % COLUMNS) * WIDTH,
      y: Math.floor(at / COLUMNS) * HEIGHT,
      width: WIDTH,
      height: HEIGHT,
      properties: {
        title: widget.title,
        region: '${AWS::Region}',
        stat: widget.stat ?? 'Sum',
        period: widget.period ?? 300,
        metrics: linesOf(widget, stage),
      },
    })),
  });

/** Adds the dashboard to a stage whose parameter `dashboard` is true. Throws an Error where it is neither true nor false. */
export const declareDashboard = (
  { Resources }: Template,
  isMade: unknown,
  widgets: readonly Widget[],
  stage: string,
): void => {
  const written = String(isMade);
  if (written === 'false') return;
  if (written !== 'true') throw new Error('The parameter dashboard must be true or false.');
  Resources['Dashboard'] = {
    Type: 'AWS::CloudWatch::Dashboard',
    Properties: { DashboardName: `ballast-${stage}`, DashboardBody: { 'Fn::Sub': dashboardBody(widgets, stage) } },
  };
};
