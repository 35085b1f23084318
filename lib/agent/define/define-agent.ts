import type * as z from 'zod/mini';
import type { CircuitOptions } from '../../circuit-breaker/options.ts';
import type { Effort } from '../../model-call/translate/capabilities.ts';
import type { RedactionSettings } from '../../redaction/policy.ts';
import type { Hooks } from '../../telemetry/hooks/hook-events.ts';
import type { LogLevel } from '../../telemetry/log.ts';
import { withFlows } from '../flow/declared-flow.ts';
import type { Taint } from '../flow/flow-rules.ts';
import type { AgentCache, AgentOptions, Complexity, Pattern, Thinking } from './agent-options.ts';
import { checkAgentOptions } from './checks/check-agent-options.ts';
import type { Tool } from './define-tool.ts';
import { type DefinedAt, definedHere } from './definition.ts';

/** An agent as the runner sees it: every option decided. `null`: the stage, or the model, says. */
export interface Agent extends RedactionSettings {
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly pattern: Pattern;
  readonly maxRounds: number;
  readonly system: string;
  readonly tools: ReadonlyMap<string, Tool>;
  readonly output: z.core.$ZodType | null;
  readonly models: Readonly<Record<Complexity, string>>;
  readonly fallbackModels: readonly string[];
  readonly fallbackMessage: string | null;
  readonly cache: Required<AgentCache> | null;
  readonly denyInput: Readonly<Record<string, string>>;
  readonly inputReads: Taint;
  readonly maxOutputTokens: number;
  readonly maxModelCalls: number;
  readonly retries: number | null;
  readonly timeoutMs: number | null;
  readonly maxCostUsd: string | null;
  readonly effort: Effort | null;
  readonly thinking: Thinking | null;
  readonly temperature: number | null;
  readonly topP: number | null;
  readonly topK: number | null;
  readonly stopSequences: readonly string[];
  readonly logLevel: LogLevel | null;
  readonly maxToolOutputChars: number;
  readonly sessionRetentionDays: number;
  readonly circuit: Partial<Omit<CircuitOptions, 'probeLeaseMs'>>;
  readonly on: Hooks;
  readonly definedAt: DefinedAt;
}

/** Defines an agent. Throws a DefinitionError that says what is wrong, where, and what to write. */
export const defineAgent = (options: AgentOptions): Agent => {
  const definedAt = definedHere();
  if (typeof BALLAST_CHECKED === 'undefined') checkAgentOptions(options, definedAt);
  const { tools = [], cache } = options;
  return {
    name: options.name,
    description: options.description,
    version: options.version ?? '1',
    pattern: options.pattern ?? 'react',
    maxRounds: options.maxRounds ?? 2,
    system: options.system,
    tools: new Map(withFlows(tools, options.inputReads !== undefined).map((tool) => [tool.name, tool])),
    output: options.output ?? null,
    models: options.models,
    fallbackModels: options.fallbackModels ?? [],
    fallbackMessage: options.fallbackMessage ?? null,
    cache: cache === undefined ? null : { perUser: false, ...cache },
    redactOutput: options.redactOutput ?? false,
    redact: options.redact ?? null,
    denyInput: options.denyInput ?? {},
    inputReads: options.inputReads ?? [],
    maxOutputTokens: options.maxOutputTokens ?? 4_096,
    maxModelCalls: options.maxModelCalls ?? 10,
    retries: options.retries ?? null,
    timeoutMs: options.timeoutMs ?? null,
    maxCostUsd: options.maxCostUsd ?? null,
    effort: options.effort ?? null,
    thinking: options.thinking ?? null,
    temperature: options.temperature ?? null,
    topP: options.topP ?? null,
    topK: options.topK ?? null,
    stopSequences: options.stopSequences ?? [],
    logLevel: options.logLevel ?? null,
    maxToolOutputChars: options.maxToolOutputChars ?? 50_000,
    sessionRetentionDays: options.sessionRetentionDays ?? 30,
    circuit: options.circuit ?? {},
    on: options.on ?? {},
    definedAt,
  };
};
