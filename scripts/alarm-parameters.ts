import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { parse } from 'yaml';
import { RUNBOOK } from '../lib/alerts/alarm/runbook.ts';
import { withLooks } from './alarm-looks.ts';
import { SETTINGS } from './alarm-settings.ts';
import type { Resource } from './compiled-template.ts';

/** An alarm as `infra` declares it, with the parameter that says when it goes off. */
export interface DeclaredAlarm {
  readonly name: string;
  readonly parameter: string;
  readonly setting: (typeof SETTINGS)[number];
  /** Of one by a rate: the parameter below which it says nothing. */
  readonly floor: string | null;
  readonly properties: Resource['Properties'];
}

type Parameters = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const isAlarm = ({ Type }: Resource): boolean => /^AWS::CloudWatch::(?:Composite)?Alarm$/.test(Type);

const parameterIn = (value: unknown): string[] => {
  const [, name] = /^\$\{param:(\w+)\}$/.exec(String(value)) ?? [];
  return name === undefined ? [] : [name];
};

const declared = (id: string, { Properties }: Resource): DeclaredAlarm => {
  const found = SETTINGS.flatMap((setting) => parameterIn(Properties[setting]).map((name) => [setting, name] as const));
  const [first] = found;
  if (first === undefined || found.length > 1)
    throw new Error(`${id} must have one parameter that says when it goes off.`);
  const [setting, parameter] = first;
  const [, floor = null] = /\$\{param:(\w+)\}/.exec(JSON.stringify(Properties['Metrics'] ?? [])) ?? [];
  const name = String(Properties['AlarmName']).replace('ballast-${sls:stage}-', '');
  return { name, parameter, setting, floor, properties: Properties };
};

/** The alarms in texts of `infra`. Throws an Error where one has no parameter of its own, or shares it with another. */
export const declaredAlarms = (texts: readonly string[]): DeclaredAlarm[] => {
  const resources = texts.flatMap((text) => Object.entries(parse(text, { merge: true }) as Record<string, Resource>));
  const alarms = resources.filter(([, one]) => isAlarm(one)).map(([id, one]) => declared(id, one));
  for (const [at, { name, parameter }] of alarms.entries())
    if (alarms.findIndex((other) => other.parameter === parameter) !== at)
      throw new Error(`${name} shares the parameter ${parameter} with another alarm.`);
  return alarms;
};

const LENGTHS: Readonly<Record<number, string>> = { 60: 'a minute', 3_600: 'an hour', 86_400: 'a day' };
const lengthOf = (seconds: number): string => LENGTHS[seconds] ?? `${seconds / 60} minutes`;

const COMPARISONS: Readonly<Record<string, string>> = {
  GreaterThanOrEqualToThreshold: 'at least',
  GreaterThanThreshold: 'more than',
  LessThanThreshold: 'less than',
};

interface Query {
  readonly Label?: string;
  readonly ReturnData?: boolean;
  readonly MetricStat?: { readonly Period: number };
}

/** What Lambda's errors are added up over; `alarm-functions.ts` adds their metrics. */
const DEFAULT_PERIOD = 300;

/** What is counted in one dimension alone, or in one queue: `Outcomes` of `rate-limited`. */
const partOf = (properties: DeclaredAlarm['properties']): string => {
  const dimensions = (properties['Dimensions'] ?? []) as readonly { readonly Name: string; readonly Value: unknown }[];
  const [own] = dimensions.filter(({ Name }) => !['service', 'stage'].includes(Name));
  const [queue] = (own?.Value as { 'Fn::GetAtt'?: readonly string[] } | undefined)?.['Fn::GetAtt'] ?? [];
  const part = queue ?? (typeof own?.Value === 'string' ? own.Value : null);
  return part === null ? '' : ` of \`${part}\``;
};

const measuredBy = ({ properties }: DeclaredAlarm): string => {
  const queries = (properties['Metrics'] ?? []) as readonly Query[];
  const label = queries.find(({ ReturnData = true }) => ReturnData)?.Label;
  if (label !== undefined) return label === 'US dollars' ? label : label.toLowerCase();
  const { MetricName, ExtendedStatistic, Namespace } = properties as Readonly<Record<string, string | undefined>>;
  const metric = Namespace === 'AWS/SQS' ? 'messages' : `\`${MetricName}\``;
  const counted = `${metric}${partOf(properties)}`;
  return ExtendedStatistic === undefined ? counted : `ms of ${counted} (${ExtendedStatistic})`;
};

/** When an alarm goes off, in words. */
const wordsOf = (alarm: DeclaredAlarm): string => {
  const { properties, setting } = alarm;
  const queries = (properties['Metrics'] ?? []) as readonly Query[];
  const period = properties['Period'] ?? queries.find(({ MetricStat }) => MetricStat)?.MetricStat?.Period;
  const length = lengthOf(Number(period ?? DEFAULT_PERIOD));
  const { EvaluationPeriods: periods, DatapointsToAlarm: points } = properties as Readonly<Record<string, number>>;
  const measured = measuredBy(alarm);
  const what = `${COMPARISONS[String(properties['ComparisonOperator'])]} so many ${measured}`;
  if (setting === 'ActionsEnabled') return 'whether it is made';
  if (setting === 'EvaluationPeriods') return `so many times ${length} without ${measured}`;
  if (setting === 'DatapointsToAlarm') return `so many of ${periods} times ${length} with ${measured}`;
  if (points !== undefined) return `${what} in ${length}, ${points} of ${periods} times`;
  return periods === 1 ? `${what} in ${length}` : `${what}, ${periods} times ${length} in a row`;
};

const shown = (value: unknown): string => (value === '' ? 'none' : `\`${String(value)}\``);

/** The values of a parameter: that of all stages, then those that have another. */
const valuesOf = (name: string, params: Parameters): string => {
  const own = Object.entries(params).filter(([stage, values]) => stage !== 'default' && name in values);
  const values = [...new Set(own.map(([, { [name]: value }]) => value))];
  const others = values.map((value) => {
    const stages = own.filter(([, { [name]: its }]) => its === value).map(([stage]) => `\`${stage}\``);
    return `${stages.join(', ')}: ${shown(value)}`;
  });
  const given = params['default']?.[name];
  if (given === undefined) throw new Error(`serverless.yml has no value for ${name}.`);
  return [shown(given), ...others].join('; ');
};

const BEGIN = '<!-- alarms: npm run alarm-table -->';
const END = '<!-- end of the alarms -->';

/** A page with the table of the alarms' parameters between its two marks. */
export const withAlarmTable = async (
  page: string,
  alarms: readonly DeclaredAlarm[],
  params: Parameters,
): Promise<string> => {
  const rows = alarms.flatMap((alarm) => {
    const { name, parameter, floor } = alarm;
    const what = `[${name}](alarms.md#${name}): ${wordsOf(alarm)}`;
    const severity = RUNBOOK[name]?.severity ?? 'ticket';
    return [
      `| \`${parameter}\` | ${valuesOf(parameter, params)} | ${severity} | ${what} |`,
      ...(floor === null ? [] : [`| \`${floor}\` | ${valuesOf(floor, params)} | | fewer say nothing |`]),
    ];
  });
  const table = ['| parameter | value | severity | goes off at |', '| --- | --- | --- | --- |', ...rows].join('\n');
  const [before = '', rest = ''] = page.split(BEGIN);
  const [, after = ''] = rest.split(END);
  const whole = `${before}${BEGIN}\n\n${table}\n\n${END}${after}`;
  return format(whole, { parser: 'markdown', printWidth: 120, singleQuote: true });
};

/** The texts of `infra` that declare alarms. */
export const alarmTexts = (root: string): string[] =>
  readdirSync(join(root, 'infra'))
    .filter((file) => file.endsWith('alarms.yml'))
    .map((file) => readFileSync(join(root, 'infra', file), 'utf8'));

/** The page as it is, and as the alarms of `infra` make it. */
export const alarmPage = async (root: string): Promise<{ readonly path: string; readonly text: string }> => {
  const path = join(root, 'docs/configuration.md');
  const { params } = parse(readFileSync(join(root, 'serverless.yml'), 'utf8'), { logLevel: 'error' }) as {
    readonly params: Parameters;
  };
  return { path, text: await withAlarmTable(readFileSync(path, 'utf8'), declaredAlarms(alarmTexts(root)), params) };
};

if (import.meta.main) {
  const root = join(import.meta.dirname, '..');
  const { path, text } = await alarmPage(root);
  writeFileSync(path, text);
  const operations = join(root, 'docs/operations.md');
  writeFileSync(operations, await withLooks(readFileSync(operations, 'utf8')));
}
