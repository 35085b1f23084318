import { functionIdAt, functionName, ofType, type Resource, type Template } from '../compiled-template.ts';

/** Of what a stage consists, as far as it costs by the month or is called by a clock. */
export interface StageParts {
  readonly alarmMetrics: number;
  readonly compositeAlarms: number;
  readonly dashboards: number;
  readonly secrets: number;
  readonly logLevel: string;
  readonly schedules: readonly {
    readonly function: string;
    readonly memoryMb: number;
    readonly everyMinutes: number;
  }[];
  /** Memory of a function by its name, in megabytes. */
  readonly memoryOf: ReadonlyMap<string, number>;
}

/** How many metrics an alarm is billed for: those that its expression looks at, or its own. */
const metricsOf = ({ Properties }: Resource): number =>
  (Properties['Metrics'] as readonly { readonly MetricStat?: unknown }[] | undefined)?.filter(
    ({ MetricStat }) => MetricStat !== undefined,
  ).length ?? 1;

const UNIT_MINUTES: Readonly<Record<string, number>> = { minute: 1, hour: 60, day: 1_440 };

const minutesOf = (expression: string): number => {
  const [, count, unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  const minutes = UNIT_MINUTES[unit];
  // A cron expression of an agent's own is once an hour at most, or it would be a rate.
  return minutes === undefined ? 60 : Number(count) * minutes;
};

/** Reads a compiled template. Throws an Error where it is none of a stage of Ballast. */
export const readTemplate = (template: Template): StageParts => {
  const functions = new Map(ofType(template, 'AWS::Lambda::Function'));
  if (!functions.has('RunDashagentLambdaFunction')) throw new Error('This is not the template of a stage of Ballast.');
  const memory = ({ Properties }: Resource) => Number(Properties['MemorySize']);
  const variables = functions.get('RunDashagentLambdaFunction')?.Properties['Environment'] as {
    readonly Variables: Readonly<Record<string, string>>;
  };
  return {
    alarmMetrics: ofType(template, 'AWS::CloudWatch::Alarm').reduce((sum, [, alarm]) => sum + metricsOf(alarm), 0),
    compositeAlarms: ofType(template, 'AWS::CloudWatch::CompositeAlarm').length,
    dashboards: ofType(template, 'AWS::CloudWatch::Dashboard').length,
    secrets: ofType(template, 'AWS::SecretsManager::Secret').length,
    logLevel: String(variables.Variables['LOG_LEVEL']),
    schedules: ofType(template, 'AWS::Scheduler::Schedule').flatMap(([, { Properties }]) => {
      const { Arn } = Properties['Target'] as { readonly Arn: unknown };
      const called = functions.get(functionIdAt(template, Arn) ?? '');
      const everyMinutes = minutesOf(String(Properties['ScheduleExpression']));
      return called === undefined ? [] : [{ function: functionName(called), memoryMb: memory(called), everyMinutes }];
    }),
    memoryOf: new Map([...functions.values()].map((one) => [functionName(one), memory(one)])),
  };
};
