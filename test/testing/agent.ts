import { type AgentOptions, declined, defineAgent, defineTool, fatal, safe, z } from 'ballast';

const Stock = z.object({ left: z.int() });

/** Asks a shop outside; falls back where that fails. */
export const stock = defineTool({
  name: 'stock',
  description: 'Tells how much of a thing is left.',
  input: z.strictObject({ item: z.string().check(z.maxLength(10)) }),
  endpoints: { shop: 'https://shop.example.com/v1' },
  timeoutMs: 5_000,
  async run({ item }, { fetch }) {
    const response = await fetch('shop', `/stock/${item}`);
    if (response.status === 404) throw declined(safe`There is no such thing.`);
    if (!response.ok) throw new Error('a canary');
    return z.parse(Stock, await response.json());
  },
});

/** Works for as long as the test lets it, outside of every clock. */
export const workers = new Map<string, () => Promise<unknown>>();

export const work = defineTool({
  name: 'work',
  description: 'Works.',
  input: z.strictObject({ name: z.string() }),
  timeoutMs: 1_000,
  run: ({ name }) => workers.get(name)?.(),
});

const SHOP = { shop: 'https://shop.example.com/v1' };

/** Goes on for ever once its request has failed, and does not listen to its signal. */
export const deaf = defineTool({
  name: 'deaf',
  description: 'Never ends.',
  input: z.strictObject({}),
  endpoints: SHOP,
  timeoutMs: 2_000,
  run: (_input, { fetch }) => fetch('shop', '/').catch(() => new Promise(() => {})),
});

/** Breaks off its request at once, and does the work `slow` instead. */
export const impatient = defineTool({
  name: 'impatient',
  description: 'Does not wait.',
  input: z.strictObject({}),
  endpoints: SHOP,
  timeoutMs: 2_000,
  async run(_input, { fetch }) {
    const leaving = new AbortController();
    const request = fetch('shop', '/', { signal: leaving.signal });
    setImmediate(() => leaving.abort());
    return request.catch(() => workers.get('slow')?.());
  },
});

export const stop = defineTool({
  name: 'stop',
  description: 'Ends it all.',
  input: z.strictObject({}),
  run: () => {
    throw fatal(safe`The shop is closed.`);
  },
});

export const clock = defineTool({
  name: 'clock',
  description: 'Tells the time.',
  input: z.strictObject({}),
  run: (_input, { now }) => new Date(now()).toISOString(),
});

export const KEEPER = {
  name: 'keeper',
  description: 'Keeps a shop.',
  system: 'You keep a shop.',
  models: { simple: 'claude-haiku-5-5', standard: 'claude-sonnet-5-5', complex: 'claude-opus-5-5' },
  tools: [stock, work, stop, clock, deaf, impatient],
} satisfies AgentOptions;

/** An agent without models that stand in. */
export const keeper = defineAgent(KEEPER);
