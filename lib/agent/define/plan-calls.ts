import * as z from 'zod/mini';
import { MOST_PLANNED } from '../flow/planned-calls.ts';
import { defineTool, type Tool } from './define-tool.ts';

const Call = z.strictObject({
  tool: z.string().check(z.minLength(1), z.maxLength(64)),
  input: z.record(z.string(), z.unknown()),
});

/**
 * A tool by which the model says, before it reads what others wrote, which calls it may make afterwards. Each of them may then be
 * made once without a person, because nothing of what was read has chosen it: what was read decides only whether it is made, and when.
 */
export const planCalls = (): Tool => ({
  ...defineTool({
    name: 'plan_calls',
    description: `Notes calls of your other tools that you may make later, each with its tool and its whole input. Call it before you read what others wrote (mails, pages, files, reviews), with what the user asked for and you know already: each noted call may be made once afterwards, exactly as noted, without asking a person. Later it changes nothing. At most ${MOST_PLANNED} calls in all.`,
    input: z.strictObject({ calls: z.array(Call).check(z.minLength(1), z.maxLength(MOST_PLANNED)) }),
    reads: [],
    does: [],
    run: ({ calls }) =>
      `Noted: ${calls.length}. None of them has been made. They count if nothing that others wrote had been read, up to ${MOST_PLANNED} in all.`,
  }),
  plans: true,
});
