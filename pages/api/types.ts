import type { SettledSoFar } from '../../lib/accounts/settled-so-far.ts';
import type { AlarmAdministration } from '../../lib/administration/administer-alarms.ts';
import type { auditView, circuitView, keyView, restView, tenantView } from '../../lib/administration/views.ts';
import type { callerView } from '../../lib/api/caller.ts';
import type { BudgetView } from '../../lib/budget/view.ts';
import type { HealthReport as Health } from '../../lib/health/health.ts';
import type { Problem } from '../../lib/http/response/problem.ts';
import type { RunAnswer } from '../../lib/run/answer.ts';
import type { AgentView as Described } from '../../lib/run/describe-agent.ts';
import type { TraceStep } from '../../lib/runs/trace/trace-step.ts';
import type { runView, summaryView } from '../../lib/runs/views.ts';

/** What is JSON is plain text again: the types of the server say more. */
type Plain<T> = T extends string
  ? string extends T
    ? string
    : T extends { readonly [key: symbol]: unknown }
      ? string
      : T
  : T extends readonly (infer Item)[]
    ? readonly Plain<Item>[]
    : T extends object
      ? { readonly [Name in keyof T]: Plain<T[Name]> }
      : T;

export type Step = Plain<TraceStep> & { readonly input?: unknown; readonly output?: unknown };

export interface Trace {
  readonly runId: string;
  readonly traceId: string;
  readonly task?: string;
  readonly contentOmitted?: number;
  readonly omitted?: { readonly after: number; readonly steps: number };
  readonly steps: readonly Step[];
}

export type AgentView = Plain<Described>;
export type ToolView = AgentView['tools'][number];

export type RunSummary = ReturnType<typeof summaryView>;
export type Run = Omit<ReturnType<typeof runView>, 'body'> &
  Partial<Omit<RunAnswer, 'status' | 'agent' | 'runId'>> & { readonly error?: Problem; readonly soFar?: SettledSoFar };
export type Approval = Run['approvals'][number];
export type Period = BudgetView;
export interface Budget {
  readonly day: BudgetView;
  readonly month: BudgetView;
}
export type Caller = ReturnType<typeof callerView>;
export type TenantView = ReturnType<typeof tenantView>;
export type KeyView = ReturnType<typeof keyView>;
export type CircuitView = ReturnType<typeof circuitView>;
export type RestView = ReturnType<typeof restView>;
export type Alarms = Awaited<ReturnType<AlarmAdministration['list']>>;
/** Of any name: a stage of another version, or checks of its own, may have others. */
export type HealthReport = Omit<Health, 'checks'> & {
  readonly checks: Readonly<Record<string, Health['checks'][string] | undefined>>;
};
export type AuditView = ReturnType<typeof auditView>;
