import type { CircuitOptions } from '../circuit-breaker/options.ts';
import type { Tool } from './define-tool.ts';

export type Complexity = 'simple' | 'standard' | 'complex';

export interface AgentOptions {
  /** 1 to 64 of `[a-z0-9-]`. */
  readonly name: string;
  readonly description: string;
  /** The system prompt; cached by the provider together with the tools. */
  readonly system: string;
  readonly tools?: readonly Tool[];
  /** Which model answers at which complexity; `standard` is the default. */
  readonly models: Readonly<Record<Complexity, string>>;
  /** Output tokens of one model call. Default 4,096. */
  readonly maxOutputTokens?: number;
  /** Model calls of one run. Default 10; a request may ask for fewer or more. */
  readonly maxModelCalls?: number;
  /** When the circuits of its models open and close for its calls, where the stage's settings do not fit. */
  readonly circuit?: Partial<Omit<CircuitOptions, 'probeLeaseMs'>>;
  /** Longest result of one tool that the model is given, in characters; the rest is cut, and the model told. Default 50,000. */
  readonly maxToolOutputChars?: number;
}

/** An agent as the runner sees it: every option decided. */
export interface Agent {
  readonly name: string;
  readonly description: string;
  readonly pattern: 'react';
  readonly system: string;
  readonly tools: ReadonlyMap<string, Tool>;
  readonly models: Readonly<Record<Complexity, string>>;
  readonly maxOutputTokens: number;
  readonly maxModelCalls: number;
  readonly maxToolOutputChars: number;
  readonly circuit: Partial<Omit<CircuitOptions, 'probeLeaseMs'>>;
}

const NAME = /^[a-z0-9-]{1,64}$/;

/** Defines an agent. Throws a TypeError at start where a name is out of bounds or used twice, or a limit is not positive. */
export const defineAgent = (options: AgentOptions): Agent => {
  const { name, tools = [], maxOutputTokens = 4_096, maxModelCalls = 10, maxToolOutputChars = 50_000 } = options;
  if (!NAME.test(name)) throw new TypeError('An agent name has 1 to 64 of a-z 0-9 and -.');
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  if (byName.size < tools.length) throw new TypeError(`${name}: two of its tools have the same name.`);
  for (const limit of [maxOutputTokens, maxModelCalls, maxToolOutputChars])
    if (!Number.isInteger(limit) || limit < 1) throw new TypeError(`${name}: its limits are whole numbers from 1.`);
  const { description, system, models } = options;
  return {
    name,
    description,
    pattern: 'react',
    system,
    tools: byName,
    models,
    maxOutputTokens,
    maxModelCalls,
    maxToolOutputChars,
    circuit: options.circuit ?? {},
  };
};
