import { isUsd, parseUsd } from '../../kernel/money.ts';
import type { BallastEvent } from '../events.ts';
import { AT_ONCE, ofRequest } from './measure-request.ts';
import { ofTool } from './measure-tool.ts';
import { measured, type Measurement, type MetricName } from './metric-names.ts';

type Of<Type extends BallastEvent['type']> = Extract<BallastEvent, { readonly type: Type }>;

const PICO_IN_MICRO = 1_000_000;

/** Exact up to some thousand dollars, which is far above any one attempt. */
const microUsd = (amount: string): number => (isUsd(amount) ? Number(parseUsd(amount)) / PICO_IN_MICRO : 0);

/** Outcomes of an attempt that took too long: to begin, between two events, or in all. */
const SLOW_ATTEMPTS: ReadonlySet<string> = new Set(['no-content', 'stalled', 'deadline']);

const ofAttempt = (event: Of<'model.attempted'>): Measurement[] => {
  const { model, agent, outcome, durationMs, firstContentMs } = event;
  return [
    ...(SLOW_ATTEMPTS.has(outcome) ? measured({ what: 'model' }, { Timeouts: 1 }) : []),
    ...measured({ model, outcome }, { ModelAttempts: 1, ModelAttemptDuration: durationMs }),
    ...(firstContentMs === null ? [] : measured({ model }, { ModelFirstContent: firstContentMs })),
    ...measured(
      { model },
      {
        InputTokens: event.inputTokens,
        OutputTokens: event.outputTokens,
        CacheReadInputTokens: event.cacheReadInputTokens,
        CacheCreationInputTokens: event.cacheCreationInputTokens,
      },
    ),
    ...measured({ model, agent }, { CostMicroUsd: microUsd(event.costUsd) }),
  ];
};

const ofChange = ({ from, to }: Of<'circuit.changed'>): Measurement[] => {
  if (to === 'closed') return measured({}, { CircuitClosed: 1 });
  if (to !== 'open') return [];
  // A probe that failed opens nothing: the circuit was not closed in between.
  return [...(from === 'closed' ? measured({}, { CircuitOpened: 1 }) : []), ...measured({}, { CircuitsOpen: 1 })];
};

/** How a run ended badly. What a circuit or the store refused failed too, as its caller sees it. */
const hasFailed = ({ status, reason }: Of<'run.finished'>): boolean =>
  status === 'failed' || status === 'timed_out' || (status === 'refused' && AT_ONCE.has(reason));

/** Those that neither failed nor were told to end. */
const ENDED_WELL: ReadonlySet<string> = new Set(['succeeded', 'incomplete']);

/** An asynchronous run, as the call that it would have been; `[]` where that would be a refusal. */
const ofCall = ({ mode, status, isFault }: Of<'run.finished'>): Measurement[] =>
  mode !== 'sync' && (isFault || ENDED_WELL.has(status)) ? measured({}, { FailedCalls: isFault ? 1 : 0 }) : [];

const ofRun = (event: Of<'run.finished'>): Measurement[] => {
  const { agent, status, reason, durationMs, costUsd, modelCalls } = event;
  const isRefused = status === 'refused';
  return [
    ...measured({ agent, status }, { Runs: 1, RunDuration: durationMs }),
    ...measured({ status, reason }, { RunEnds: 1 }),
    ...ofCall(event),
    ...(reason === 'deadline' ? measured({ what: 'run' }, { Timeouts: 1 }) : []),
    // One that a limit or a budget refused would make the others look better, and cheaper.
    ...(isRefused && !hasFailed(event) ? [] : measured({}, { FailedRuns: hasFailed(event) ? 1 : 0 })),
    ...(isRefused ? [] : measured({ agent }, { RunCostMicroUsd: microUsd(costUsd), RunModelCalls: modelCalls })),
  ];
};

/** A probe that took longer is worth a value, also where all is well. */
const SLOW_PROBE_MS = 1_000;

/** Where no dependency is away: what no call needs, limits that end by themselves, keys that have an alarm of their own. */
const APART: ReadonlySet<string> = new Set(['alerts', 'keys', 'models', 'prices', 'rests']);

const ofProbe = ({ dependency, status, latencyMs }: Of<'dependency.probed'>): Measurement[] => {
  const failed = status !== 'healthy';
  if (!failed && latencyMs <= SLOW_PROBE_MS) return [];
  const values = failed
    ? measured({ dependency }, { DependencyFailures: 1, DependencyLatency: latencyMs })
    : measured({ dependency }, { DependencyLatency: latencyMs });
  return values.map((each) => ({ ...each, isApart: APART.has(dependency) }));
};

/** A count of what was found, left out where there is none: each hour in which a metric has a value is paid for. */
const ifAny = <Name extends MetricName>(counts: Readonly<Record<Name, number>>): Measurement[] =>
  (Object.entries(counts) as [Name, number][])
    .filter(([, count]) => count > 0)
    .map(([name, value]) => ({ name, value, dimensions: {} }));

/** What an event adds to which metrics. */
export const measure = (event: BallastEvent): Measurement[] => {
  switch (event.type) {
    case 'request.finished':
      return ofRequest(event);
    case 'run.finished':
      return ofRun(event);
    case 'model.attempted':
      return ofAttempt(event);
    case 'model.retried':
      return measured({ model: event.model, fault: event.fault }, { ModelRetries: 1 });
    case 'model.fell-back':
      return measured({ model: event.from }, { ModelFallbacks: 1 });
    case 'model.cooled':
      return measured({ model: event.model }, { ModelCoolDowns: 1 });
    case 'credential.rejected':
      return measured({}, { CredentialRejections: 1 });
    case 'cache.looked':
      return measured({ agent: event.agent, outcome: event.outcome }, { CacheLookups: 1 });
    case 'run.degraded':
      return [
        ...measured({ agent: event.agent, servedBy: event.servedBy }, { DegradedRuns: 1 }),
        ...measured({}, { UnansweredRuns: event.servedBy === 'fallback-model' ? 0 : 1 }),
      ];
    case 'secrets.redacted':
      return measured({ class: event.class }, { SecretsRedacted: event.count });
    case 'spans.lost':
      return measured({}, { SpansLost: event.count });
    case 'runs.swept':
      return ifAny({
        UnfinishedRuns: event.unfinished,
        WaitingRuns: event.waiting,
        QueuedRuns: event.queued,
        StuckRuns: event.stuck,
      });
    case 'tool.held':
      return measured({ rule: event.rule }, { ToolCallsHeld: 1 });
    case 'tool.finished':
      return ofTool(event);
    case 'usage.unrecorded':
      return measured({}, { UsageUnrecorded: 1 });
    case 'usage.unpriced':
      return measured({}, { UsageUnpriced: 1 });
    case 'store.failed':
      return measured({}, { StoreFailures: 1 });
    case 'circuit.changed':
      return ofChange(event);
    case 'circuit.unguarded':
      return measured({}, { CircuitUnguarded: 1 });
    case 'input.refused':
      return measured({ agent: event.agent }, { InputRefusals: 1 });
    case 'limit.refused':
      return measured({ limit: event.limit }, { LimitRefusals: 1 });
    case 'limit.unguarded':
      return measured({}, { LimitUnguarded: 1 });
    case 'budget.refused':
      return measured({ scope: event.scope }, { BudgetRefusals: 1 });
    case 'budget.threshold':
      return measured({ percent: String(event.percent) }, { BudgetThresholds: 1 });
    case 'budget.unsettled':
      return measured({}, { BudgetUnsettled: 1 });
    case 'budget.reconciled':
      return measured({ outcome: event.outcome }, { ReservationsReconciled: 1 });
    case 'budget.drifted':
      return measured({}, { BudgetDrift: 1 });
    case 'budgets.reconciled':
      return ifAny({
        ReconcileFailures: event.failed,
        DailyForecastMicroUsd: microUsd(event.forecastUsd ?? '0'),
      });
    case 'dependency.probed':
      return ofProbe(event);
    case 'dependencies.probed':
      return ifAny({ CircuitsOpen: event.openCircuits ?? 0, RestingKeys: event.restingKeys ?? 0 });
    case 'webhook.attempted':
      return [
        ...measured({ outcome: event.outcome }, { WebhookAttempts: 1 }),
        ...measured({}, { WebhooksLost: event.outcome === 'failed' ? 1 : 0 }),
      ];
    case 'run.started':
    case 'run.stuck':
    case 'user.erased':
    case 'tool.logged':
    case 'hook.failed':
    case 'model.passed-over':
    case 'model.retiring':
    case 'budget.delayed':
    case 'usage.adjusted':
    case 'alert.sent':
    case 'alert.failed':
      return [];
  }
};
