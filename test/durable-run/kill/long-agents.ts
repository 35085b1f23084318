/** An agent whose tool answers at length: 5 KB, each time other ones. */
import { type Agent, defineAgent, defineTool } from 'ballast';
import * as z from 'zod/mini';

const PAGE_BYTES = 5 * 1_024;

let pages = 0;
const page = defineTool({
  name: 'page',
  description: 'Reads a page.',
  input: z.strictObject({ what: z.string() }),
  run: () => {
    pages += 1;
    return `page ${pages} `.repeat(PAGE_BYTES).slice(0, PAGE_BYTES);
  },
});

export const agents: readonly Agent[] = [
  defineAgent({
    name: 'assistant',
    description: 'Reads a lot.',
    system: 'Read.',
    models: { simple: 'claude-sonnet-5-5', standard: 'claude-sonnet-5-5', complex: 'claude-sonnet-5-5' },
    tools: [page],
  }),
];
