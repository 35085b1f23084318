import * as z from 'zod/mini';

const COMPARISONS = {
  GreaterThanOrEqualToThreshold: 'at least',
  GreaterThanThreshold: 'more than',
  LessThanThreshold: 'less than',
  LessThanOrEqualToThreshold: 'at most',
} as const;

/** What an alarm goes off at, in words. */
export type Comparison = (typeof COMPARISONS)[keyof typeof COMPARISONS];

/** What a message says beside the change itself. `null`: nothing that can be read. */
export interface AlarmDetails {
  /** The newest value that was looked at. */
  readonly value: number | null;
  readonly threshold: number | null;
  readonly comparison: Comparison | null;
  /** How many of its periods have to be so: in a row, or among the last ones. */
  readonly count: number | null;
  /** What the operator says that it watches, as free text. */
  readonly description: string | null;
  /** Of a composite alarm: the ARNs of those that made it change, ten at most. */
  readonly children: readonly string[];
}

export const NO_DETAILS: AlarmDetails = {
  value: null,
  threshold: null,
  comparison: null,
  count: null,
  description: null,
  children: [],
};

const MAX_CHILDREN = 10;

const Trigger = z.object({
  Threshold: z.optional(z.number()),
  ComparisonOperator: z.optional(z.string()),
  EvaluationPeriods: z.optional(z.number()),
  DatapointsToAlarm: z.optional(z.number()),
});

const arns = (member: string) => z.array(z.object({ [member]: z.string().check(z.minLength(1), z.maxLength(1_600)) }));
const PublishedChildren = arns('Arn');
const ReasonData = z.object({
  threshold: z.optional(z.number()),
  recentDatapoints: z.optional(z.array(z.nullable(z.number()))),
  triggeringAlarms: z.optional(arns('arn')),
});

const read = <Schema extends z.ZodMiniType>(schema: Schema, value: unknown): z.output<Schema> | null => {
  const parsed = z.safeParse(schema, value);
  return parsed.success ? parsed.data : null;
};

const namesIn = (list: readonly Record<string, string>[] | null | undefined): string[] =>
  (list ?? []).slice(0, MAX_CHILDREN).flatMap((each) => Object.values(each));

/** `Threshold Crossed: 1 out of the last 1 datapoints [7.0 (20/11/26 11:55:00)] was ...`: the newest stands first. */
const CROSSED = /^Threshold Crossed: [a-z0-9 ]{1,60} \[(-?\d{1,18}(?:\.\d{1,18})?(?:E-?\d{1,3})?) \(/;

const valueIn = (reason: unknown): number | null => {
  const [, found] = (typeof reason === 'string' && CROSSED.exec(reason.slice(0, 200))) || [];
  const value = Number(found ?? NaN);
  return Number.isFinite(value) ? value : null;
};

/** As an alarm publishes it on a topic. Never throws: what is of another form is left out. */
export const publishedDetails = (message: Readonly<Record<string, unknown>>): AlarmDetails => {
  const trigger = read(Trigger, message['Trigger']) ?? {};
  const { Threshold = null, ComparisonOperator = '', EvaluationPeriods, DatapointsToAlarm } = trigger;
  const description = message['AlarmDescription'];
  return {
    value: valueIn(message['NewStateReason']),
    threshold: Threshold,
    count: DatapointsToAlarm ?? EvaluationPeriods ?? null,
    comparison: Object.entries(COMPARISONS).find(([name]) => name === ComparisonOperator)?.[1] ?? null,
    description: typeof description === 'string' && description !== '' ? description : null,
    children: namesIn(read(PublishedChildren, message['TriggeringChildren'])),
  };
};

const parsed = (text: unknown): unknown => {
  try {
    return typeof text === 'string' ? JSON.parse(text) : null;
  } catch {
    return null;
  }
};

/** As an alarm hands it to a function, and EventBridge brings it: `reasonData` is JSON in text. Never throws. */
export const changedDetails = (state: Readonly<Record<string, unknown>>): AlarmDetails => {
  const {
    threshold = null,
    recentDatapoints = [],
    triggeringAlarms,
  } = read(ReasonData, parsed(state['reasonData'])) ?? {};
  return {
    ...NO_DETAILS,
    value: recentDatapoints.at(-1) ?? valueIn(state['reason']),
    threshold,
    children: namesIn(triggeringAlarms),
  };
};
