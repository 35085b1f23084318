import type { CircuitOptions } from '../../circuit-breaker/options.ts';
import type { Tool } from './define-tool.ts';

export type Complexity = 'simple' | 'standard' | 'complex';

/** How an agent works: `react` calls tools until it can answer; `reflection` drafts so, then has the draft criticised and revises it. */
export type Pattern = 'react' | 'reflection';

/** How an agent's answers may be given again to whoever asks the same. */
export interface AgentCache {
  /** How long an answer is fresh; at least 1. A tenant's `cacheTtlSeconds` wins. */
  readonly ttlSeconds: number;
  /** Whether an answer is for the end user alone (`userId`) who asked for it. Default false: the whole tenant's. */
  readonly perUser?: boolean;
}

export interface AgentOptions {
  /** 1 to 64 of `[a-z0-9-]`. */
  readonly name: string;
  readonly description: string;
  /** 1 to 64 characters; raise it when a tool's code changes what answers say: those cached under another one are not given any more. Default `1`. */
  readonly version?: string;
  /** Default `react`. */
  readonly pattern?: Pattern;
  /** Rounds of criticism at most, for `reflection`. Default 2. */
  readonly maxRounds?: number;
  /** The system prompt; cached by the provider together with the tools. */
  readonly system: string;
  readonly tools?: readonly Tool[];
  /** Which model answers at which complexity; `standard` is the default. */
  readonly models: Readonly<Record<Complexity, string>>;
  /** Models that stand in, in order, for one that fails; each with a known price. Default none. */
  readonly fallbackModels?: readonly string[];
  /** What a caller is told, marked as such, where every model fails and no cached answer is left. Default: they get the error. */
  readonly fallbackMessage?: string;
  /** Default: answers are cached only for requests that say so. */
  readonly cache?: AgentCache;
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
  readonly version: string;
  readonly pattern: Pattern;
  readonly maxRounds: number;
  readonly system: string;
  readonly tools: ReadonlyMap<string, Tool>;
  readonly models: Readonly<Record<Complexity, string>>;
  readonly fallbackModels: readonly string[];
  readonly fallbackMessage: string | null;
  readonly cache: Required<AgentCache> | null;
  readonly maxOutputTokens: number;
  readonly maxModelCalls: number;
  readonly maxToolOutputChars: number;
  readonly circuit: Partial<Omit<CircuitOptions, 'probeLeaseMs'>>;
}

const NAME = /^[a-z0-9-]{1,64}$/;
const MAX_VERSION_CHARS = 64;

const isCount = (limit: number): boolean => Number.isInteger(limit) && limit >= 1;

/** Defines an agent. Throws a TypeError at start where a name is out of bounds or used twice, or a limit is not positive. */
export const defineAgent = (options: AgentOptions): Agent => {
  const { name, tools = [], version = '1', maxOutputTokens = 4_096, maxModelCalls = 10, maxRounds = 2 } = options;
  const { maxToolOutputChars = 50_000, cache, fallbackMessage = null } = options;
  if (!NAME.test(name)) throw new TypeError('An agent name has 1 to 64 of a-z 0-9 and -.');
  if (version === '' || version.length > MAX_VERSION_CHARS)
    throw new TypeError(`${name}: its version has 1 to ${MAX_VERSION_CHARS} characters.`);
  if (fallbackMessage === '') throw new TypeError(`${name}: its fallbackMessage is empty.`);
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  if (byName.size < tools.length) throw new TypeError(`${name}: two of its tools have the same name.`);
  if (![maxOutputTokens, maxModelCalls, maxToolOutputChars, maxRounds, cache?.ttlSeconds ?? 1].every(isCount))
    throw new TypeError(`${name}: its limits are whole numbers from 1.`);
  const { description, system, models, pattern = 'react', fallbackModels = [], circuit = {} } = options;
  return {
    name,
    description,
    version,
    pattern,
    maxRounds,
    system,
    tools: byName,
    models,
    fallbackModels,
    fallbackMessage,
    cache: cache === undefined ? null : { perUser: false, ...cache },
    maxOutputTokens,
    maxModelCalls,
    maxToolOutputChars,
    circuit,
  };
};
