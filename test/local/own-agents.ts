import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../made-once.ts';

/** Makes a folder a project of its own, with these files below `agents/`; `ballast` is this repository. */
export const ownAgents = (directory: string, files: Readonly<Record<string, string>>): void => {
  mkdirSync(join(directory, 'node_modules'));
  symlinkSync(ROOT, join(directory, 'node_modules', 'ballast'));
  writeFileSync(join(directory, 'package.json'), '{"type": "module"}');
  for (const [name, text] of Object.entries(files)) {
    const file = join(directory, 'agents', name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
};

/** The text of an agent of this name that has tools, each a variable of the file of the same name beside it. */
export const agentText = (name: string, tools: readonly string[], system = 'Help.'): string =>
  [
    "import { defineAgent } from 'ballast';",
    ...tools.map((tool) => `import { ${tool} } from './${tool}.js';`),
    `export const ${name} = defineAgent({`,
    `  name: '${name}', description: 'Helps.', system: '${system}', tools: [${tools.join(', ')}],`,
    "  models: { simple: 'claude-haiku-5-5', standard: 'claude-haiku-5-5', complex: 'claude-haiku-5-5' },",
    '});',
    '',
  ].join('\n');
