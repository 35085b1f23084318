import type * as z from 'zod/mini';
import type { CircuitOptions } from '../../circuit-breaker/options.ts';
import type { Log } from '../../telemetry/log.ts';
import type { EffectKind, ReadKind } from '../flow/flow-rules.ts';
import type { EndpointOptions } from './endpoint.ts';

/** What a tool's `run` is given beside its input. */
export interface ToolContext<EndpointName extends string = string, SecretName extends string = never> {
  /** Aborts at the tool's timeout, at the run's deadline, and when the run is cancelled. Pass it on. */
  readonly signal: AbortSignal;
  /** The same for every repetition of this very call: hand it to whatever must not happen twice. */
  readonly idempotencyKey: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly runId: string;
  readonly tenantId: string;
  /** The end user for whom the run is; `null`: the caller named none. It is the caller's word: check what it may see. */
  readonly userId: string | null;
  /** What the request for the run was labelled with: the caller's words. */
  readonly metadata: Readonly<Record<string, string>>;
  /**
   * Writes lines of the tool's own, beside those of Ballast: with `runId` and `tool`, at most 100 a call. Text is made with
   * `safe` or `label`, so that no line can hold what a user wrote; what quotes a secret of the tool is withheld.
   */
  readonly log: Log;
  /** Resolves after so many milliseconds; rejects when `signal` aborts. In a test it takes no time. */
  readonly sleep: (ms: number) => Promise<void>;
  /** Reaches one of the tool's own `endpoints`, and nothing else: no other origin, no redirect, no path but those below its own. Bounded by `signal`. */
  readonly fetch: (endpoint: EndpointName, pathAndQuery: string, init?: RequestInit) => Promise<Response>;
  /**
   * One of the tool's own `secrets`, for what no header of an endpoint can do. Rejects where it has no value. Never put it
   * into a result: where it appears there all the same, it is replaced.
   */
  readonly secret: (name: SecretName) => Promise<string>;
}

/** A named circuit, with settings of its own where the stage's do not fit. */
export type ToolCircuit = { readonly name: string } & Partial<Omit<CircuitOptions, 'probeLeaseMs'>>;

/** What a tool must know and nobody else may: an API key, a password. */
export interface ToolSecret {
  /** For whoever has to provide it: what it is, and where one gets it. */
  readonly description: string;
}

export interface ToolOptions<
  Schema extends z.core.$ZodType,
  EndpointName extends string,
  SecretName extends string = never,
> {
  /** 1 to 64 of `[A-Za-z0-9_-]`. */
  readonly name: string;
  /** For the model: what it does, when to use it, what it gives back. */
  readonly description: string;
  /** A zod object; the model sees it as JSON schema, `run` sees only input that it accepts. */
  readonly input: Schema;
  /** What it returns goes to the model: a string as it is, anything else as JSON. */
  readonly run: (input: z.core.output<Schema>, context: ToolContext<EndpointName, SecretName>) => unknown;
  /** Longest time of one call. Default 10,000 ms; the run's deadline bounds it too. */
  readonly timeoutMs?: number;
  /** Base URLs the tool may reach, by name, with the credential of those that need one. Default: none. */
  readonly endpoints?: Readonly<Record<EndpointName, EndpointOptions>>;
  /**
   * Secrets by name, of a-z 0-9 and -. Locally `shop` is `TOOL_SECRET_SHOP` in `.env`; deployed it is
   * `ballast/<stage>/tools/shop` in Secrets Manager. Default: none.
   */
  readonly secrets?: Readonly<Record<SecretName, ToolSecret>>;
  /** What the model is told in place of a failure or a timeout. Default: that the tool failed. */
  readonly fallback?: (input: z.core.output<Schema>) => string;
  /** The circuit of what the tool depends on, such as `tool/open-meteo`; tools may share one. Default: none. */
  readonly circuit?: ToolCircuit;
  /**
   * What its results may hold: `untrusted`, words that others than the caller wrote; `private`, what is not for everybody. The
   * model gets untrusted results marked as such, and a run that has read both does not go on to every effect by itself.
   * Default: nothing; where the tool has `endpoints` or `secrets`, and any tool of the agent declares something or the agent its
   * `inputReads`, both.
   */
  readonly reads?: readonly ReadKind[];
  /**
   * What a call may do: `external`, send what it is given to others; `state`, change what is the caller's, or act in their name.
   * Default: nothing; where `sideEffects` is true, and any tool of the agent declares something or the agent its `inputReads`, both.
   */
  readonly does?: readonly EffectKind[];
  /** Whether a call changes the world, so that it is not made again after a crash. Default: whether `does` names anything. */
  readonly sideEffects?: boolean;
  /** Whether its result is the same for everybody and for a while, so that an answer made with it may be cached. Default false. */
  readonly cacheable?: boolean;
  /** Whether a person must approve each call; such an agent runs only through `/agent/runs`. Default false. */
  readonly requiresApproval?: boolean;
}
