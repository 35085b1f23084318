import { describe, expect, it } from 'vitest';
import { agentText, ownAgents } from './own-agents.ts';
import { ask, testWorkplace } from './spawned-server.ts';

const KEY = 'canary-key-of-the-shop';

/** Its line 6 throws, and quotes what it was given and its secret. */
const TOOL = `import { defineTool, z } from 'ballast';
export const find = defineTool({
  name: 'find', description: 'Finds.', input: z.strictObject({ orderId: z.string() }),
  secrets: { 'shop-api': { description: 'Key of the shop' } },
  async run({ orderId }, { secret }) {
    throw new RangeError(\`canary-words of \${orderId} and \${await secret('shop-api')}\`, { cause: new Error('canary-cause') });
  },
});
`;

/** Measures each run. */
const INDEX = `import { desk } from './desk.js';
export const agents = [desk];
export const on = { runFinished: (_run, { metric }) => metric('Runs', 1) };
export const metrics = ['Runs'];
`;

/** What Node gives a process that writes to a terminal without colours. */
const AT_A_TERMINAL = [
  '--import',
  'data:text/javascript,Object.assign(process.stdout,{isTTY:true,hasColors:()=>false})',
];

/** A run whose tool throws: what its caller gets, and what the server has written by its end. */
const failingRun = async (nodeArguments: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  const place = testWorkplace();
  ownAgents(place.directory, {
    'index.js': INDEX,
    'desk.js': agentText('desk', ['find']),
    'find.js': TOOL,
  });
  const server = place.start({ nodeArguments, env: { TOOL_SECRET_SHOP_API: KEY, NO_COLOR: '1', ...env } });
  const url = await server.ready;
  const asked = { agent: 'desk', task: '[[tool:find {"orderId": "A-17"}]]' };
  const answer = await (await ask(url, '/agent/run', asked)).text();
  server.child.kill('SIGTERM');
  await server.exited;
  const { stdout, stderr } = server.output;
  return { answer, written: stdout + stderr };
};

describe('a tool that throws, under npm start', () => {
  it('is shown at a terminal, with its words, its line and its cause, and without its secret', async () => {
    const { answer, written } = await failingRun(AT_A_TERMINAL);
    expect(written).toContain(
      'find threw RangeError: canary-words of A-17 and [SECRET]\n' +
        '    at Object.run (agents/find.js:6:11)\n' +
        '  caused by Error: canary-cause\n',
    );
    expect(written).toMatch(/succeeded · desk · claude-haiku-5-5 · 2 model calls · 1 tool call \(find\) · /);
    expect(written).not.toContain(KEY);
    // Whoever reads a terminal wants no figures.
    expect(written).not.toContain('Ballast/Own');
    expect(answer).toContain('The tool failed.');
    expect(answer).not.toContain('canary');
  });

  it.each([
    ['no terminal is', {}, true],
    ['no terminal is, although lines are for people', { LOG_FORMAT: 'pretty' }, false],
  ])('is its class alone where %s', async (_title, env, isMeasured) => {
    const { answer, written } = await failingRun([], env);
    expect(written).toContain('RangeError');
    expect(written.includes('Ballast/Own')).toBe(isMeasured);
    expect(answer + written).not.toMatch(/canary|agents\/find/);
  });
});
