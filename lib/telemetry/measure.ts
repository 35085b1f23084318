import { isUsd, parseUsd } from '../kernel/money.ts';
import type { BallastEvent } from './events.ts';
import { measured, type Measurement } from './metric-names.ts';

type Of<Type extends BallastEvent['type']> = Extract<BallastEvent, { readonly type: Type }>;

const PICO_IN_MICRO = 1_000_000;

/** Exact up to some thousand dollars, which is far above any one attempt. */
const microUsd = (amount: string): number => (isUsd(amount) ? Number(parseUsd(amount)) / PICO_IN_MICRO : 0);

const ofAttempt = (event: Of<'model.attempted'>): Measurement[] => {
  const { model, outcome, durationMs, firstContentMs } = event;
  return [
    ...measured({ model, outcome }, { ModelAttempts: 1, ModelAttemptDuration: durationMs }),
    ...(firstContentMs === null ? [] : measured({ model }, { ModelFirstContent: firstContentMs })),
    ...measured(
      { model },
      {
        InputTokens: event.inputTokens,
        OutputTokens: event.outputTokens,
        CacheReadInputTokens: event.cacheReadInputTokens,
        CacheCreationInputTokens: event.cacheCreationInputTokens,
        CostMicroUsd: microUsd(event.costUsd),
      },
    ),
  ];
};

const ofChange = ({ from, to }: Of<'circuit.changed'>): Measurement[] => {
  if (to === 'closed') return measured({}, { CircuitClosed: 1 });
  if (to !== 'open') return [];
  // A probe that failed opens nothing: the circuit was not closed in between.
  return [...(from === 'closed' ? measured({}, { CircuitOpened: 1 }) : []), ...measured({}, { CircuitsOpen: 1 })];
};

/** What asks for work. Of other functions the good answers, such as those to whoever polls, would hide that all work fails. */
const WORK: ReadonlySet<string> = new Set(['run-agent', 'messages', 'submit-run', 'ask-provider']);

const ofRequest = (event: Of<'request.finished'>): Measurement[] => {
  const { function: name, status, error, durationMs } = event;
  const failed = error !== null && status >= 500 ? 1 : 0;
  const isRefused = status >= 400 && status < 500;
  return [
    ...measured({ function: name }, { Requests: 1, ServerErrors: failed, RequestDuration: durationMs }),
    ...(isRefused && error !== null ? measured({ code: error }, { RefusedRequests: 1 }) : []),
    ...(isRefused || !WORK.has(name) ? [] : measured({}, { FailedCalls: failed })),
    // Asked how the stage is, it said: not well.
    ...(status >= 500 && error === null ? measured({}, { UnhealthyAnswers: 1 }) : []),
  ];
};

const ofRun = ({ agent, status, durationMs, costUsd, modelCalls }: Of<'run.finished'>): Measurement[] => [
  ...measured({ agent, status }, { Runs: 1, RunDuration: durationMs }),
  ...measured({}, { FailedRuns: status === 'failed' || status === 'timed_out' ? 1 : 0 }),
  ...measured({ agent }, { RunCostMicroUsd: microUsd(costUsd), RunModelCalls: modelCalls }),
];

const ofTool = ({ tool, outcome, durationMs }: Of<'tool.finished'>, tools: ReadonlySet<string>): Measurement[] => {
  // What it declines, or is asked wrongly, is no error of the tool.
  const failed = outcome === 'fallback' || outcome === 'error' ? 1 : 0;
  const name = tools.has(tool) ? tool : 'unknown';
  return [
    ...measured({ tool: name }, { ToolCalls: 1, ToolErrors: failed, ToolDuration: durationMs }),
    ...measured({ tool: name, outcome }, { ToolOutcomes: 1 }),
  ];
};

/** No call needs the targets of alarms: that they cannot be read is not to ring as if a dependency were away. */
const ofProbe = ({ dependency, status, latencyMs }: Of<'dependency.probed'>): Measurement[] =>
  measured({ dependency }, { DependencyFailures: status === 'healthy' ? 0 : 1, DependencyLatency: latencyMs }).map(
    (each) => ({ ...each, isApart: dependency === 'alerts' }),
  );

/** What an event adds to which metrics. A tool that is not among `tools` is one the model made up: `unknown`. */
export const measure = (event: BallastEvent, tools: ReadonlySet<string>): Measurement[] => {
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
      return measured({}, { UnfinishedRuns: event.unfinished, StuckRuns: event.stuck });
    case 'tool.held':
      return measured({ rule: event.rule }, { ToolCallsHeld: 1 });
    case 'tool.finished':
      return ofTool(event, tools);
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
      return measured({}, { ReconcilePasses: 1, ReconcileFailures: event.failed });
    case 'dependency.probed':
      return ofProbe(event);
    case 'dependencies.probed':
      return [
        ...measured({}, { DependencyProbes: 1 }),
        ...(event.openCircuits === null ? [] : measured({}, { CircuitsOpen: event.openCircuits })),
      ];
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
