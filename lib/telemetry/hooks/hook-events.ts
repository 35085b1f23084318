import type { BallastEvent } from '../events.ts';

/** What every hook is told. */
interface About {
  /** Epoch milliseconds at which it happened; hooks are told later, once the answer is out. */
  readonly at: number;
  readonly runId: string;
  readonly agent: string;
}

/** What hooks are told, by the name of the hook. No prompt, answer, tool input or result is in it. */
export interface HookEvents {
  readonly runStarted: About & { readonly tenantId: string };
  /** One attempt of a model call; a call that is tried again has several. */
  readonly modelCalled: About & {
    readonly model: string;
    /** `answered`, or the kind of the fault, as `overloaded`. */
    readonly outcome: string;
    readonly inputTokens: number;
    readonly outputTokens: number;
    readonly cacheReadInputTokens: number;
    readonly cacheCreationInputTokens: number;
    /** Decimal US dollars. */
    readonly costUsd: string;
    readonly durationMs: number;
  };
  readonly toolFinished: About & {
    readonly tool: string;
    /** `ok`, `fallback`, `declined`, `invalid-input` or `error`. */
    readonly outcome: string;
    readonly durationMs: number;
  };
  /** Something else answered than the model that was asked. */
  readonly runDegraded: About & {
    /** `fallback-model`, `cache` or `default`. */
    readonly servedBy: string;
    /** The code of the error that it would have been. */
    readonly reason: string;
  };
  readonly runFinished: About & {
    readonly tenantId: string;
    /** `succeeded`, `incomplete`, `failed`, `cancelled`, `timed_out`, or `refused` before anything was paid. */
    readonly status: string;
    /** The stop reason of an answer, or the code of the error. */
    readonly reason: string;
    readonly modelCalls: number;
    readonly toolCalls: number;
    /** Decimal US dollars, lost attempts included. */
    readonly costUsd: string;
    readonly durationMs: number;
  };
}

export type HookName = keyof HookEvents;

/** What a hook is given beside its event. */
export interface HookContext {
  /** Aborts when the time of the hooks is over. Pass it on. */
  readonly signal: AbortSignal;
  /** Adds a value to one of the metrics that `agents/index.ts` exports by name. Throws where there is none of this name. */
  readonly metric: (name: string, value: number) => void;
}

/** Functions of the user's that are told what happened. What they give back or throw changes nothing. */
export type Hooks = {
  readonly [Name in HookName]?: (event: HookEvents[Name], context: HookContext) => unknown;
};

const told = <Name extends HookName>(name: Name, event: HookEvents[Name]) => ({ name, event: Object.freeze(event) });

/** What hooks are told of an event; `null`: nothing. */
export const hookEventOf = (
  event: BallastEvent,
  at: number,
): { readonly name: HookName; readonly event: HookEvents[HookName] } | null => {
  switch (event.type) {
    case 'run.started': {
      const { runId, agent, tenantId } = event;
      return told('runStarted', { at, runId, agent, tenantId });
    }
    case 'model.attempted': {
      const { runId, agent, model, outcome, costUsd, durationMs, inputTokens, outputTokens } = event;
      const { cacheReadInputTokens, cacheCreationInputTokens } = event;
      const tokens = { inputTokens, outputTokens, cacheReadInputTokens, cacheCreationInputTokens };
      return told('modelCalled', { at, runId, agent, model, outcome, ...tokens, costUsd, durationMs });
    }
    case 'tool.finished': {
      const { runId, agent, tool, outcome, durationMs } = event;
      return told('toolFinished', { at, runId, agent, tool, outcome, durationMs });
    }
    case 'run.degraded': {
      const { runId, agent, servedBy, reason } = event;
      return told('runDegraded', { at, runId, agent, servedBy, reason });
    }
    case 'run.finished': {
      const { runId, agent, tenantId, status, reason, modelCalls, toolCalls, costUsd, durationMs } = event;
      return told('runFinished', {
        at,
        runId,
        agent,
        tenantId,
        status,
        reason,
        modelCalls,
        toolCalls,
        costUsd,
        durationMs,
      });
    }
    default:
      return null;
  }
};
