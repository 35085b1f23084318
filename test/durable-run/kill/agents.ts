/** The agent of the runs that are killed: it looks something up, has an effect outside, and asks a person. */
import { appendFileSync } from 'node:fs';
import { type Agent, defineAgent, defineTool } from 'ballast';
import * as z from 'zod/mini';

const input = z.strictObject({ what: z.string() });

const look = defineTool({
  name: 'look',
  description: 'Looks something up.',
  input,
  run: ({ what }) => `${what} is there`,
});

/** Its effect is a line in a file that outlives the process. */
const note = (idempotencyKey: string): string => {
  appendFileSync(process.env['TEST_EFFECTS'] ?? '', `${idempotencyKey}\n`);
  return 'done';
};

const effect = defineTool({
  name: 'effect',
  description: 'Has an effect outside.',
  input,
  sideEffects: true,
  run: (_, { idempotencyKey }) => note(idempotencyKey),
});

const refund = defineTool({
  name: 'refund',
  description: 'Has an effect outside, after a person has approved it.',
  input,
  sideEffects: true,
  requiresApproval: true,
  run: (_, { idempotencyKey }) => note(idempotencyKey),
});

export const agents: readonly Agent[] = [
  defineAgent({
    name: 'assistant',
    description: 'Is killed again and again.',
    system: 'Work.',
    models: { simple: 'claude-sonnet-5-5', standard: 'claude-sonnet-5-5', complex: 'claude-sonnet-5-5' },
    tools: [look, effect, refund],
  }),
];
