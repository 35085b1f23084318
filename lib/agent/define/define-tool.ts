import type * as z from 'zod/mini';
import type { CircuitOptions } from '../../circuit-breaker/options.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Redacted } from '../../kernel/redacted.ts';
import { type Endpoint, endpointOf, type EndpointOptions } from './endpoint.ts';

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
  /** Reaches one of the tool's own `endpoints`, and nothing else: no other origin, no redirect. Bounded by `signal`. */
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
  /** Whether a call changes the world. Default false. */
  readonly sideEffects?: boolean;
  /** Whether its result is the same for everybody and for a while, so that an answer made with it may be cached. Default false. */
  readonly cacheable?: boolean;
  /** Whether a person must approve each call; such an agent runs only through `/agent/runs`. Default false. */
  readonly requiresApproval?: boolean;
}

/** A tool as the loop sees it: every option decided. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly input: z.core.$ZodType;
  readonly run: (input: never, context: ToolContext<string, string>) => unknown;
  readonly timeoutMs: number;
  readonly endpoints: Readonly<Record<string, Endpoint>>;
  readonly secrets: Readonly<Record<string, ToolSecret>>;
  readonly fallback: ((input: never) => string) | null;
  readonly circuit: ToolCircuit | null;
  readonly sideEffects: boolean;
  readonly cacheable: boolean;
  readonly requiresApproval: boolean;
}

const CIRCUIT = /^[a-z0-9-]+(?:\/[a-z0-9._-]+)*$/;
const NAME = /^[A-Za-z0-9_-]{1,64}$/;
const SECRET = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const MAX_SECRET_CHARS = 40;

/** Throws a TypeError where a secret has a wrong name, or an endpoint names one that the tool does not declare. */
const checkSecrets = (name: string, secrets: Readonly<Record<string, ToolSecret>>, endpoints: Tool['endpoints']) => {
  for (const secret of Object.keys(secrets))
    if (!SECRET.test(secret) || secret.length > MAX_SECRET_CHARS)
      throw new TypeError(`${name}: the secret ${secret} needs a name of 1 to 40 of a-z 0-9 and -, such as shop-api.`);
  for (const [endpoint, { authorization }] of Object.entries(endpoints))
    if (authorization !== null && !Object.hasOwn(secrets, authorization.secret))
      throw new TypeError(`${name}: the endpoint ${endpoint} needs ${authorization.secret}: add it to secrets.`);
};

/** Defines a tool. Throws a TypeError at start where a name, a timeout or an endpoint is out of bounds. */
export const defineTool = <
  Schema extends z.core.$ZodType,
  EndpointName extends string = never,
  SecretName extends string = never,
>(
  options: ToolOptions<Schema, EndpointName, SecretName>,
): Tool => {
  const { name, timeoutMs = 10_000, sideEffects = false, cacheable = false, requiresApproval = false } = options;
  if (!NAME.test(name)) throw new TypeError('A tool name has 1 to 64 of A-Z a-z 0-9 _ and -.');
  if (!(timeoutMs > 0 && timeoutMs <= 900_000)) throw new TypeError(`${name}: timeoutMs is 1 to 900,000.`);
  if (sideEffects && cacheable) throw new TypeError(`${name}: what has side effects is not cacheable.`);
  if (options.circuit && !CIRCUIT.test(options.circuit.name))
    throw new TypeError(`${name}: its circuit has a wrong name.`);
  const declared = Object.entries<EndpointOptions>(options.endpoints ?? {});
  const endpoints = Object.fromEntries(declared.map(([endpoint, of]) => [endpoint, endpointOf(of)]));
  const secrets: Readonly<Record<string, ToolSecret>> = options.secrets ?? {};
  checkSecrets(name, secrets, endpoints);
  return {
    name,
    description: options.description,
    input: options.input,
    run: options.run,
    timeoutMs,
    endpoints,
    secrets,
    fallback: options.fallback ?? null,
    circuit: options.circuit ?? null,
    sideEffects,
    cacheable,
    requiresApproval,
  };
};

/** Thrown by a tool to tell the model why it can't do this, in words meant for the model. The run goes on. */
export const declined = (message: Redacted): AppError => new AppError('invalid-request', message);

/** Thrown by a tool to end the whole run: `tool-failed`, with this message for the caller. */
export const fatal = (message: Redacted, cause?: unknown): AppError =>
  new AppError('tool-failed', message, cause === undefined ? {} : { cause });
