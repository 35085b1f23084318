/** Agents whose steps never end well: one ends its process, one never comes back. */
import { appendFileSync } from 'node:fs';
import { type Agent, defineAgent, defineTool } from 'ballast';
import * as z from 'zod/mini';

const note = (line: string): void => appendFileSync(process.env['TEST_EFFECTS'] ?? '', `${line}\n`);

const kill = defineTool({
  name: 'kill',
  description: 'Ends the process.',
  input: z.strictObject({ what: z.string() }),
  run: (_, { idempotencyKey }) => {
    note(`kill ${idempotencyKey}`);
    process.kill(process.pid, 'SIGKILL');
  },
});

/** No deadline of a step reaches it: it hangs before the tool's own time limit begins. */
const hang = defineTool({
  name: 'hang',
  description: 'Never comes back.',
  input: z.strictObject({
    what: z.string().check(
      z.refine(async () => {
        note('hang');
        return new Promise<boolean>(() => {});
      }),
    ),
  }),
  run: () => 'never',
});

export const agents: readonly Agent[] = [
  defineAgent({
    name: 'assistant',
    description: 'Loses its process again and again.',
    system: 'Work.',
    models: { simple: 'claude-sonnet-5-5', standard: 'claude-sonnet-5-5', complex: 'claude-sonnet-5-5' },
    tools: [kill, hang],
  }),
];
