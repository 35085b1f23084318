import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { newFile } from '../../../local/cli/new/new.ts';
import { createShell } from './shell.ts';

const INDEX = `import type { Agent } from 'ballast';
import { assistant } from './assistant.ts';
import { researcher } from './researcher.ts';

export const agents: readonly Agent[] = [assistant, researcher];
`;

const agentFile = (name: string, more = '') => `import { defineAgent } from 'ballast';

export const ${name} = defineAgent({
  name: '${name}',
  models: { simple: 'a', standard: 'b', complex: 'c' },
${more}});
`;

const FILES: Readonly<Record<string, string>> = {
  'index.ts': INDEX,
  'assistant.ts': agentFile('assistant', '  tools: [],\n'),
  'researcher.ts': agentFile('researcher'),
};

/** A project with these files in `agents/`. */
const project = (files: Readonly<Record<string, string>> = FILES) => {
  const directory = mkdtempSync(join(tmpdir(), 'ballast-new-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  mkdirSync(join(directory, 'agents'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, 'agents', name), text);
  const { shell, said } = createShell({ directory });
  return {
    said,
    make: (...words: readonly string[]) => newFile.run(words, shell),
    read: (path: string) => readFileSync(join(directory, 'agents', path), 'utf8'),
    all: () => readdirSync(join(directory, 'agents'), { recursive: true, encoding: 'utf8' }).sort(),
  };
};

describe('npm run new -- agent', () => {
  it('writes it with its test, lists it, and says what to do next', async () => {
    const { make, read, said } = project();
    expect(await make('agent', 'order-desk')).toBe(0);
    expect(read('order-desk.ts')).toContain("export const orderDesk = defineAgent({\n  name: 'order-desk',");
    expect(read('order-desk.test.ts')).toContain("import { orderDesk } from './order-desk.ts';");
    expect(read('index.ts')).toBe(
      INDEX.replace("'./assistant.ts';\n", "'./assistant.ts';\nimport { orderDesk } from './order-desk.ts';\n").replace(
        'researcher]',
        'researcher, orderDesk]',
      ),
    );
    expect(said.out).toContain('npx vitest run agents/order-desk.test.ts\n');
    expect(said.out).toContain('npm run ask -- --agent order-desk "Who are you?"\n');
  });

  it('begins a list that is empty, and writes JavaScript where the index is', async () => {
    const { make, read } = project({ 'index.js': 'export const agents = [];\n' });
    await make('agent', 'desk');
    expect(read('index.js')).toBe("import { desk } from './desk.js';\n\nexport const agents = [desk];\n");
    expect(read('desk.test.js')).toContain("from './desk.js'");
  });

  it('gives a variable another name where its own is none, or has another meaning', async () => {
    const { make, read } = project();
    await make('agent', 'default');
    await make('agent', 'agents');
    expect(read('index.ts')).toContain('[assistant, researcher, defaultAgent, agentsAgent]');
  });
});

describe('npm run new -- tool', () => {
  it('writes it with its test, and gives it to the assistant', async () => {
    const { make, read, said } = project();
    await make('tool', 'order_status');
    expect(read('tools/order-status.ts')).toContain("export const orderStatus = defineTool({\n  name: 'order_status',");
    expect(read('tools/order-status.test.ts')).toContain("import { orderStatus } from './order-status.ts';");
    expect(read('assistant.ts')).toContain("import { orderStatus } from './tools/order-status.ts';");
    expect(read('assistant.ts')).toContain('tools: [orderStatus],');
    expect(said.out).toContain(`npm run ask -- '[[tool:order_status {"id": "A-1234"}]]'\n`);
  });

  it('gives it to the agent that is named, which may have no tools yet', async () => {
    const { make, read, said } = project();
    await make('tool', 'find_it', '--agent', 'researcher');
    expect(read('researcher.ts')).toMatch(/complex: 'c' },\s+tools: \[findIt\],/);
    expect(said.out).toContain('npm run ask -- --agent researcher ');
  });

  it('gives it to the only agent there is', async () => {
    const { make, read } = project({ 'index.ts': INDEX, 'desk.ts': agentFile('desk', '  tools: [a, b],\n') });
    await make('tool', 'find_it');
    expect(read('desk.ts')).toContain('tools: [a, b, findIt]');
  });
});

describe('npm run new refuses, in one sentence and before it writes,', () => {
  it.each([
    [
      ['agent', 'My Agent'],
      '"My Agent" is no name of an agent: it is 1 to 64 lower case letters, digits and hyphens, and begins with a letter. Try my-agent.',
    ],
    [['agent', '1st'], /begins with a letter\. Try st\.$/],
    [['agent', '../../evil'], /Try evil\.$/],
    [['agent', 'a'.repeat(65)], /^"a+" is no name/],
    [['tool', 'order-status'], /digits and underscores, .* Try order_status\.$/],
    [['tool', 'OrderStatus'], /Try order_status\.$/],
    [['agent', '日本'], /begins with a letter\.$/],
    [['agent', 'assistant'], 'assistant is taken: agents/assistant.ts is there already. Choose another name.'],
    [['agent', 'index'], /^index is taken: agents\/index\.ts/],
    [
      ['tool', 'x', '--agent', 'nobody'],
      'There is no file with an agent nobody: --agent is one of assistant, researcher.',
    ],
    [['tool', 'x', '--agent', 'researchr'], /--agent is one of/],
    [['agent'], 'Give the agent a name.'],
    [['agent', 'order', 'desk'], 'A name is one word: order-desk?'],
    [['agent', 'x', '--agent', 'y'], '--agent says which agent gets a tool.'],
    [['skill', 'x'], 'Say what to make: agent or tool.'],
    [[], 'Say what to make: agent or tool.'],
  ])('%j', async (words, sentence) => {
    const { make, all } = project();
    await expect(make(...words)).rejects.toThrow(sentence);
    expect(all()).toEqual(Object.keys(FILES).sort());
  });

  it.each([
    ['no agents/', {}, /^There is no agents\/index\.ts here/],
    ['an index without a list', { 'index.ts': 'export * from "./all.ts";' }, /agents\/index\.ts has no list of agents/],
  ])('%s', async (_what, files, sentence) => {
    await expect(project(files).make('agent', 'desk')).rejects.toThrow(sentence);
  });

  it.each([
    ['an agent whose tools are elsewhere', agentFile('assistant', '  tools: ALL,\n')],
    ['an agent with two lists', agentFile('assistant', '  tools: [], // tools: []\n')],
  ])('%s', async (_what, text) => {
    const { make } = project({ ...FILES, 'assistant.ts': text });
    await expect(make('tool', 'x')).rejects.toThrow(/agents\/assistant\.ts has no list of tools to add to/);
  });

  it('a tool that many could get, and none is the assistant', async () => {
    const { make } = project({ 'index.ts': INDEX, 'a.ts': agentFile('a'), 'b.ts': agentFile('b') });
    await expect(make('tool', 'x')).rejects.toThrow('Say which agent gets the tool: --agent with one of a, b.');
    await expect(project({ 'index.ts': INDEX }).make('tool', 'x')).rejects.toThrow(/^There is no agent that could get/);
  });

  it('a name that another file uses', async () => {
    const tool = "export const x = defineTool({ name: 'order_status' });";
    const { make } = project({ ...FILES, 'shop.ts': tool });
    await expect(make('tool', 'order_status')).rejects.toThrow(
      'order_status is taken: agents/shop.ts is there already.',
    );
  });
});
