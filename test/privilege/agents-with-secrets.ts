import { type Agent, defineAgent, defineTool, z } from 'ballast';

const models = { simple: 'claude-haiku-5-5', standard: 'claude-sonnet-5-5', complex: 'claude-opus-5-5' };

/** A tool that needs a secret for all that it does, and a person who agrees where it has to be asked for. */
const toolWith = (name: string, secret: string, isAskedFor = false) =>
  defineTool({
    name,
    description: 'For tests.',
    secrets: { [secret]: { description: `Key of the ${secret}` } },
    input: z.strictObject({}),
    sideEffects: isAskedFor,
    requiresApproval: isAskedFor,
    run: async (_input, context) => ((await context.secret(secret)) === '' ? 'nothing' : 'done'),
  });

const findOrder = toolWith('find_order', 'shop');
const openTill = toolWith('open_till', 'till', true);

/** It runs wherever agents do. */
const shopper = defineAgent({
  name: 'shopper',
  description: 'For tests.',
  system: 'Shop.',
  models,
  tools: [findOrder],
});

/** A person is asked before its till is opened, so that it runs asynchronously alone. */
const cashier = defineAgent({
  name: 'cashier',
  description: 'For tests.',
  system: 'Cash.',
  models,
  tools: [findOrder, openTill],
});

export const agentsWithSecrets: readonly Agent[] = [shopper, cashier];
