import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type prettier from 'prettier';
import { createPaint } from '../../../lib/telemetry/terminal/paint.ts';
import { readWords } from '../read-words.ts';
import { Misused, Refused, type Shell, type Verb } from '../verb.ts';
import { type Plan, planAgent, type PlannedFile, planTool } from './plan.ts';
import { readAgentFiles } from './project.ts';

const USAGE = `Writes an agent or a tool with its test, and registers it.

  npx ballast new agent order-desk
  npx ballast new tool order_status --agent order-desk

  --agent <name>     the agent that gets the tool (default: assistant, or the only one)
`;

/** A text as the project's own prettier would have it, where there is one. */
const formatted = async (directory: string, { path, text }: PlannedFile): Promise<string> => {
  try {
    const { format, resolveConfig } = createRequire(join(directory, 'package.json'))('prettier') as typeof prettier;
    const filepath = join(directory, path);
    return await format(text, { ...(await resolveConfig(filepath)), filepath });
  } catch {
    return text;
  }
};

const write = (directory: string, { path, text, isNew }: PlannedFile): void => {
  const file = join(directory, path);
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { flag: isNew ? 'wx' : 'w' });
  } catch (error) {
    throw new Refused(`${path} cannot be written (${String((error as NodeJS.ErrnoException).code)}).`);
  }
};

const planOf = ([kind, name, ...others]: readonly string[], agent: string | undefined, directory: string): Plan => {
  if (kind !== 'agent' && kind !== 'tool') throw new Misused('Say what to make: agent or tool.');
  if (name === undefined) throw new Misused(`Give the ${kind} a name.`);
  if (others.length > 0)
    throw new Misused(`A name is one word: ${[name, ...others].join(kind === 'agent' ? '-' : '_')}?`);
  const asked = { name, directory, files: readAgentFiles(directory) };
  if (kind === 'tool') return planTool(asked, agent);
  if (agent !== undefined) throw new Misused('--agent says which agent gets a tool.');
  return planAgent(asked);
};

const show = ({ files, next }: Plan, shell: Shell): void => {
  const { bold, dim } = createPaint(shell.colours);
  const width = Math.max(...files.map(({ path }) => path.length));
  const lines = files.map(({ path, note }) => `  ${path.padEnd(width)}  ${dim(note)}`);
  const test = files.find(({ path }) => path.includes('.test.'))?.path ?? '';
  shell.out(`${lines.join('\n')}\n\nTest it:  ${bold(`npx vitest run ${test}`)}\nAsk it:   ${bold(next)}\n`);
};

/** `npm run new`: the files of an agent or a tool. */
export const newFile: Verb = {
  usage: USAGE,
  async run(words, shell) {
    const { values, positionals } = readWords(words, { agent: { type: 'string' } });
    if (values.help) {
      shell.out(USAGE);
      return 0;
    }
    const { directory } = shell;
    const plan = planOf(positionals, values.agent, directory);
    const files = await Promise.all(
      plan.files.map(async (file) => ({ ...file, text: await formatted(directory, file) })),
    );
    for (const file of files) write(directory, file);
    show(plan, shell);
    return 0;
  },
};
