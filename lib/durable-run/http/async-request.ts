import * as z from 'zod/mini';
import { usdForm } from '../../kernel/forms/usd.ts';
import { type Redacted, safe } from '../../kernel/redacted.ts';
import { runRequestSchema } from '../../run/run-request.ts';

const MAX_MESSAGE_CHARS = 10_000;
const MAX_REASON_CHARS = 2_000;
const MAX_URL_CHARS = 2_048;

const says = (message: Redacted) => ({ params: { says: message } });

const usd = z.string().check(usdForm);

/** The longest that an asynchronous run may work, its waits left out: a day. */
export const MAX_WORK_MS = 24 * 3_600_000;

/** The body of `POST /agent/runs`. */
export const asyncRunSchema = z.extend(runRequestSchema(MAX_WORK_MS), {
  onLimit: z.optional(z.enum(['stop', 'pause'])),
  // Whether it may be sent to is a matter of the stage.
  webhookUrl: z.optional(
    z.string().check(z.minLength(1), z.maxLength(MAX_URL_CHARS)).register(z.globalRegistry, { format: 'uri' }),
  ),
});

export type AsyncRunRequest = z.output<typeof asyncRunSchema>;

/** Text that reaches the model as it came. */
const content = z.string().check(
  z.minLength(1),
  z.maxLength(MAX_MESSAGE_CHARS),
  z.refine((text) => !text.includes('\0'), says(safe`must not contain NUL`)),
  z.refine((text) => text.isWellFormed(), says(safe`must not contain a lone surrogate`)),
  z.refine((text) => text.trim() !== '', says(safe`must be at least 1 character that is not white space`)),
);

/** The body of `POST /agent/runs/{runId}/messages`. */
export const messageSchema = z.strictObject({ content, interrupt: z.optional(z.boolean()) });

/** The body of `POST /agent/runs/{runId}/resume`. */
export const resumeSchema = z.strictObject({ maxCostUsd: z.optional(usd) });

/** The body of `POST /agent/runs/{runId}/approvals/{toolUseId}`. */
export const decisionSchema = z
  .strictObject({
    decision: z.enum(['approve', 'deny', 'edit']),
    input: z.optional(z.unknown()),
    reason: z.optional(z.string().check(z.minLength(1), z.maxLength(MAX_REASON_CHARS))),
  })
  .check(
    z.refine(({ decision, input }) => (decision === 'edit') === (input !== undefined), {
      ...says(safe`must be there for an edit, and only there`),
      path: ['input'],
    }),
  );

export type DecisionRequest = z.output<typeof decisionSchema>;
