/** Where every metric is found in CloudWatch. */
export const NAMESPACE = 'Ballast';

/** The value of the dimension `service`, which every metric has beside `stage`. */
export const SERVICE = 'ballast';

/** What tells values of one metric apart: names from closed lists (bound-dimensions.ts). Never a tenant, a run or a request. */
export type Dimension =
  | 'agent'
  | 'class'
  | 'code'
  | 'dependency'
  | 'fault'
  | 'function'
  | 'limit'
  | 'model'
  | 'outcome'
  | 'percent'
  | 'reason'
  | 'rule'
  | 'scope'
  | 'servedBy'
  | 'status'
  | 'tool'
  | 'what';

interface Definition {
  /** As CloudWatch spells it; an amount of money has none. */
  readonly unit: 'Count' | 'Megabytes' | 'Milliseconds' | 'None';
  /** A value is published once under each of these sets; `[]` is the sum over all. Each combination is paid for by the month. */
  readonly by: readonly (readonly Dimension[])[];
}

const definition = <const By extends Definition['by']>(unit: Definition['unit'], ...by: By) => ({ unit, by });

/** Every metric there is. Alarms and code name them from here, and a test joins the two. */
export const METRICS = {
  Requests: definition('Count', [], ['function']),
  /** 1 for a request that Ballast could not answer as asked (5xx), else 0. */
  ServerErrors: definition('Count', [], ['function']),
  /** Answers of 5xx that are Ballast's own, also where they are what was asked for: those of `/health` where the stage is not well. */
  OwnServerAnswers: definition('Count', []),
  /** Of requests that were worked on: one that was refused at once would make the others look fast. */
  RequestDuration: definition('Milliseconds', [], ['function']),
  /** Of a request that asked a model: without the time in which it waited for models, tools and retries. */
  Overhead: definition('Milliseconds', [], ['function']),
  /** Of the process, when a request or a run has ended. */
  MemoryUsed: definition('Megabytes', ['function']),
  /** Of what asks for work: how many the process was answering when one ended, itself among them. A maximum makes sense, a sum does not. */
  RequestsInFlight: definition('Count', ['function']),
  /** Answers by the code of the problem, one of a closed set; `ok`: what was asked for. */
  Outcomes: definition('Count', ['code']),
  /** 1 for a call or an asynchronous run that Ballast could not answer as asked, else 0; of work that was not refused. Its average is a rate. */
  FailedCalls: definition('Count', []),

  Runs: definition('Count', ['agent', 'status']),
  RunDuration: definition('Milliseconds', ['agent', 'status']),
  /** By the stop reason of a run that answered, the code of the error of one that failed. */
  RunEnds: definition('Count', ['status', 'reason']),
  /** 1 for a run that failed, timed out, or met an open circuit or a store that was away, else 0; none for one that a limit refused. Its average is a rate. */
  FailedRuns: definition('Count', []),
  /** Of a whole run that was not refused, in millionths of a US dollar. */
  RunCostMicroUsd: definition('None', [], ['agent']),
  RunModelCalls: definition('Count', ['agent']),

  ModelAttempts: definition('Count', ['model', 'outcome']),
  ModelAttemptDuration: definition('Milliseconds', ['model', 'outcome']),
  ModelFirstContent: definition('Milliseconds', ['model']),
  InputTokens: definition('Count', ['model']),
  OutputTokens: definition('Count', ['model']),
  CacheReadInputTokens: definition('Count', ['model']),
  CacheCreationInputTokens: definition('Count', ['model']),
  /** In millionths of a US dollar. */
  CostMicroUsd: definition('None', [], ['model'], ['agent']),
  ModelRetries: definition('Count', ['model', 'fault']),
  /** By the model that gave up. */
  ModelFallbacks: definition('Count', ['model']),
  ModelCoolDowns: definition('Count', ['model']),
  CredentialRejections: definition('Count', []),
  CacheLookups: definition('Count', ['agent', 'outcome']),
  DegradedRuns: definition('Count', ['agent', 'servedBy']),
  /** The degraded ones that no model answered: something from the cache did, or the agent's own message. */
  UnansweredRuns: definition('Count', []),
  SpansLost: definition('Count', []),
  /** In shadow too. */
  SecretsRedacted: definition('Count', ['class']),

  /** As each look at them finds it: a maximum or an average makes sense, a sum does not. */
  UnfinishedRuns: definition('Count', []),
  /** Those of them that wait for a person or for room in a budget. */
  WaitingRuns: definition('Count', []),
  /** Those that no worker has begun. */
  QueuedRuns: definition('Count', []),
  StuckRuns: definition('Count', []),

  ToolCalls: definition('Count', ['tool']),
  /** 1 for a call that failed, its fallback or not, else 0. */
  ToolErrors: definition('Count', [], ['tool']),
  /** By `ok`, `fallback`, `error`, and apart from these `declined` and `invalid-input`, which are no failures of the tool. */
  ToolOutcomes: definition('Count', ['tool', 'outcome']),
  /** By what went wrong: `timeout`, `failed`, `tool-failed`, `circuit-open`, or a mistake of the model's. */
  ToolFaults: definition('Count', ['tool', 'fault']),
  /** Of calls that reached their tool. */
  ToolDuration: definition('Milliseconds', ['tool']),
  /** Calls that would have broken a flow rule, by the rule: a person was asked, or the call was refused. */
  ToolCallsHeld: definition('Count', ['rule']),

  /** What took too long, and was ended: an attempt at a `model`, a `tool`, a `run`. */
  Timeouts: definition('Count', ['what']),

  UsageUnrecorded: definition('Count', []),
  /** Kinds of things in answers that no price is known for, once each and process. */
  UsageUnpriced: definition('Count', []),
  StoreFailures: definition('Count', []),

  CircuitOpened: definition('Count', []),
  CircuitClosed: definition('Count', []),
  CircuitUnguarded: definition('Count', []),
  /** Circuits that are not closed again, isolated ones left out: counted by each probe that finds one, and 1 where one opens. */
  CircuitsOpen: definition('Count', []),

  /** Keys of the provider that are left alone for at least one model: counted by each probe that finds one. */
  RestingKeys: definition('Count', []),

  /** Texts that an agent does not take, in shadow too. */
  InputRefusals: definition('Count', ['agent']),
  LimitRefusals: definition('Count', ['limit']),
  LimitUnguarded: definition('Count', []),
  BudgetRefusals: definition('Count', [], ['scope']),
  /** By the part of the budget that was reached: 50, 75, 90 or 100. */
  BudgetThresholds: definition('Count', ['percent']),
  BudgetUnsettled: definition('Count', []),
  ReservationsReconciled: definition('Count', ['outcome']),
  /** Days whose counter differs from the sum of their records. */
  BudgetDrift: definition('Count', []),
  /** What the stage will have spent at the end of the UTC day, in millionths of a US dollar. */
  DailyForecastMicroUsd: definition('None', []),
  /** Tenants that a pass could not look at. */
  ReconcileFailures: definition('Count', []),

  /** Tries of deliveries about runs: delivered, pending or failed. */
  WebhookAttempts: definition('Count', ['outcome']),
  /** 1 where a delivery was given up, else 0. */
  WebhooksLost: definition('Count', []),

  /** 1 where a dependency was not found healthy, and no value where it was. The checks `alerts`, `models` and `prices` are not in the sum. */
  DependencyFailures: definition('Count', [], ['dependency']),
  /** Of probes that failed, or took longer than a second. */
  DependencyLatency: definition('Milliseconds', [], ['dependency']),
} satisfies Record<string, Definition>;

export type MetricName = keyof typeof METRICS;

type DimensionOf<Name extends MetricName> = (typeof METRICS)[Name]['by'][number][number];

/** One value of one metric, with every dimension that its definition asks for and no other. */
export interface Measurement {
  readonly name: MetricName;
  readonly value: number;
  readonly dimensions: Readonly<Partial<Record<Dimension, string>>>;
  /** Left out of the sum over all. Default: it counts there too. */
  readonly isApart?: boolean;
}

/** A measurement whose dimensions the compiler holds against the definition. */
export const measured = <Name extends MetricName>(
  dimensions: Readonly<Record<DimensionOf<Name>, string>>,
  values: Readonly<Record<Name, number>>,
): Measurement[] => (Object.entries(values) as [Name, number][]).map(([name, value]) => ({ name, value, dimensions }));
