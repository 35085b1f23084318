import * as z from 'zod/mini';
import { usdForm } from '../kernel/forms/usd.ts';
import { type Redacted, safe } from '../kernel/redacted.ts';
import type { UsageLabels } from '../usage/record.ts';

const MAX_TASK_CODE_POINTS = 10_000;
const MAX_TURNS = 200;
const MAX_TURNS_BYTES = 1_048_576;
const MAX_MODEL_CALLS = 100;
const MAX_METADATA_PAIRS = 16;
const MAX_METADATA_CHARS = 512;

const says = (message: Redacted) => ({ params: { says: message } });

/** Unicode code points, counted without building them all for a text that is far too long. */
const codePoints = (text: string): number => {
  if (text.length > 2 * MAX_TASK_CODE_POINTS) return text.length;
  let count = 0;
  for (const _ of text) count += 1;
  return count;
};

/** Text that reaches the model as it came: no NUL, no half of a surrogate pair. */
const transmissible = <T extends z.core.$ZodType<string>>() =>
  [
    z.refine<z.core.output<T>>((text) => !text.includes('\0'), says(safe`must not contain NUL`)),
    z.refine<z.core.output<T>>((text) => text.isWellFormed(), says(safe`must not contain a lone surrogate`)),
  ] as const;

// What a refinement bounds, JSON schema cannot see: it is said once more, for the API's description.
const task = z
  .string()
  .check(
    z.refine(
      (text) => codePoints(text) <= MAX_TASK_CODE_POINTS,
      says(safe`must be at most ${MAX_TASK_CODE_POINTS} characters`),
    ),
    z.refine((text) => text.trim() !== '', says(safe`must be at least 1 character that is not white space`)),
    ...transmissible(),
  )
  .register(z.globalRegistry, { minLength: 1, maxLength: MAX_TASK_CODE_POINTS });

const turn = z.strictObject({
  role: z.enum(['user', 'assistant']),
  content: z.union([
    z.string().check(z.minLength(1), ...transmissible()),
    z
      .array(z.strictObject({ type: z.literal('text'), text: z.string().check(z.minLength(1), ...transmissible()) }))
      .check(z.minLength(1)),
  ]),
});

const messages = z.array(turn).check(
  z.maxLength(MAX_TURNS),
  z.refine(
    (turns) => Buffer.byteLength(JSON.stringify(turns)) <= MAX_TURNS_BYTES,
    says(safe`must be at most ${MAX_TURNS_BYTES} bytes as JSON`),
  ),
);

const SESSION_ID = /^[A-Za-z0-9._:-]*$/;

/** Scoped to the tenant, and to the end user where there is one. */
export const sessionId = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(128),
    z.refine((text) => SESSION_ID.test(text), says(safe`must have no characters but A-Z a-z 0-9 . _ : -`)),
  )
  .register(z.globalRegistry, { pattern: '^[A-Za-z0-9._:-]+$' });

const metadataText = z.string().check(z.maxLength(MAX_METADATA_CHARS));

const metadata = z
  .record(metadataText, metadataText)
  .check(
    z.refine(
      (pairs) => Object.keys(pairs).length <= MAX_METADATA_PAIRS,
      says(safe`must be at most ${MAX_METADATA_PAIRS} pairs`),
    ),
  )
  .register(z.globalRegistry, { maxProperties: MAX_METADATA_PAIRS });

/** The body of `POST /agent/run`; `maxTimeoutMs` is the stage's own deadline. Unknown fields are refused. */
export const runRequestSchema = (maxTimeoutMs: number) =>
  z.strictObject({
    task,
    agent: z.optional(z.string().check(z.minLength(1), z.maxLength(64))),
    complexity: z.optional(z.enum(['simple', 'standard', 'complex'])),
    model: z.optional(z.string().check(z.minLength(1), z.maxLength(128))),
    maxModelCalls: z.optional(z.int().check(z.minimum(1), z.maximum(MAX_MODEL_CALLS))),
    maxCostUsd: z.optional(z.string().check(usdForm)),
    timeoutMs: z.optional(z.int().check(z.minimum(1_000), z.maximum(maxTimeoutMs))),
    cache: z.optional(z.enum(['use', 'bypass', 'refresh'])),
    messages: z.optional(messages),
    sessionId: z.optional(sessionId),
    userId: z.optional(z.string().check(z.minLength(1), z.maxLength(256), ...transmissible())),
    metadata: z.optional(metadata),
  });

export type RunRequest = z.output<ReturnType<typeof runRequestSchema>>;

/** What the usage of a run is labelled with. */
export const labelsOf = ({ sessionId, metadata = {} }: Pick<RunRequest, 'sessionId' | 'metadata'>): UsageLabels => ({
  sessionId: sessionId ?? null,
  metadata,
});
