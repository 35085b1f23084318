import type * as z from 'zod/mini';
import { AppError } from '../../kernel/errors.ts';
import type { Redacted } from '../../kernel/redacted.ts';
import type { EffectKind, ReadKind } from '../flow/flow-rules.ts';
import { checkToolOptions } from './checks/check-tool-options.ts';
import { type DefinedAt, definedHere } from './definition.ts';
import { type Endpoint, endpointOf, type EndpointOptions } from './endpoint.ts';
import type { ToolCircuit, ToolContext, ToolOptions, ToolSecret } from './tool-options.ts';

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
  /** `null`: it does not say. */
  readonly reads: readonly ReadKind[] | null;
  readonly does: readonly EffectKind[] | null;
  readonly sideEffects: boolean;
  readonly cacheable: boolean;
  readonly requiresApproval: boolean;
  /** Its `calls` are a plan, which the flow rules keep to. Default: it is a tool as any other. */
  readonly plans?: true;
  readonly definedAt: DefinedAt;
}

/** Defines a tool. Throws a DefinitionError that says what is wrong, where, and what to write. */
export const defineTool = <
  Schema extends z.core.$ZodType,
  EndpointName extends string = never,
  SecretName extends string = never,
>(
  options: ToolOptions<Schema, EndpointName, SecretName>,
): Tool => {
  const definedAt = definedHere();
  if (typeof BALLAST_CHECKED === 'undefined') checkToolOptions(options, definedAt);
  const { name, timeoutMs = 10_000, reads = null, does = null, cacheable = false, requiresApproval = false } = options;
  const declared = Object.entries<EndpointOptions>(options.endpoints ?? {});
  return {
    name,
    description: options.description,
    input: options.input,
    run: options.run,
    timeoutMs,
    endpoints: Object.fromEntries(declared.map(([endpoint, of]) => [endpoint, endpointOf(of)])),
    secrets: options.secrets ?? {},
    fallback: options.fallback ?? null,
    circuit: options.circuit ?? null,
    reads,
    does,
    sideEffects: options.sideEffects ?? (does ?? []).length > 0,
    cacheable,
    requiresApproval,
    definedAt,
  };
};

/** Thrown by a tool to tell the model why it can't do this, in words meant for the model. The run goes on. */
export const declined = (message: Redacted): AppError => new AppError('invalid-request', message);

/** Thrown by a tool to end the whole run: `tool-failed`, with this message for the caller. */
export const fatal = (message: Redacted, cause?: unknown): AppError =>
  new AppError('tool-failed', message, cause === undefined ? {} : { cause });
