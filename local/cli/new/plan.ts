import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Refused } from '../verb.ts';
import { withAgent, withImport, withTool } from './edit-source.ts';
import { checkName, fileNameOf, type Kind, variableOf } from './names.ts';
import { type AgentFiles, agentsOf, type DefinedAgent, fileThatNames } from './project.ts';
import { agentTest, agentText, SAMPLE_INPUT, toolTest, toolText } from './templates.ts';

export interface PlannedFile {
  readonly path: string;
  readonly text: string;
  /** Whether it must not be there yet. */
  readonly isNew: boolean;
  /** What a person is told of it. */
  readonly note: string;
}

export interface Plan {
  readonly files: readonly PlannedFile[];
  /** A command that shows that it works. */
  readonly next: string;
}

interface Asked {
  readonly name: string;
  readonly directory: string;
  readonly files: AgentFiles;
}

const checkFree = (kind: Kind, { name, directory, files }: Asked, paths: readonly string[]): void => {
  checkName(kind, name);
  const taken = fileThatNames(kind, name, files)?.path ?? paths.find((path) => existsSync(join(directory, path)));
  if (taken !== undefined) throw new Refused(`${name} is taken: ${taken} is there already. Choose another name.`);
};

const pathsOf = (folder: string, name: string, ending: string) => ({
  code: `${folder}/${fileNameOf(name)}${ending}`,
  test: `${folder}/${fileNameOf(name)}.test${ending}`,
});

/** An agent with its test, in the list of agents. Throws `Refused` where it cannot be made. */
export const planAgent = (asked: Asked): Plan => {
  const { name, files } = asked;
  const { index, ending } = files;
  const { code, test } = pathsOf('agents', name, ending);
  checkFree('agent', asked, [code, test]);
  const variable = variableOf('agent', name, index.text);
  const listed = withAgent(index.text, variable);
  if (listed === null)
    throw new Refused(`${index.path} has no list of agents to add to: write export const agents = [] into it.`);
  const file = basename(code);
  const names = { name, variable, file };
  return {
    files: [
      {
        path: code,
        text: agentText(names),
        isNew: true,
        note: 'the agent: say in system and description what it is for',
      },
      { path: test, text: agentTest(names), isNew: true, note: 'its test' },
      { path: index.path, text: withImport(listed, variable, `./${file}`), isNew: false, note: 'lists it' },
    ],
    next: `npm run ask -- --agent ${name} "Who are you?"`,
  };
};

/** The agent that gets a tool: the one that is named, else the default one, else the only one. */
const receiverOf = (wanted: string | undefined, files: AgentFiles): DefinedAgent => {
  const agents = agentsOf(files);
  const found =
    agents.find(({ name }) => name === (wanted ?? 'assistant')) ??
    (agents.length === 1 && wanted === undefined ? agents[0] : undefined);
  if (found !== undefined) return found;
  const names = agents.map(({ name }) => name).join(', ');
  if (agents.length === 0)
    throw new Refused('There is no agent that could get the tool: npm run new -- agent support makes one.');
  throw new Refused(
    wanted === undefined
      ? `Say which agent gets the tool: --agent with one of ${names}.`
      : `There is no file with an agent ${wanted}: --agent is one of ${names}.`,
  );
};

/** A tool with its test, as a tool of an agent. Throws `Refused` where it cannot be made. */
export const planTool = (asked: Asked, wanted: string | undefined): Plan => {
  const { name, files } = asked;
  const { code, test } = pathsOf('agents/tools', name, files.ending);
  checkFree('tool', asked, [code, test]);
  const agent = receiverOf(wanted, files);
  const variable = variableOf('tool', name, agent.text);
  const extended = withTool(agent.text, variable);
  if (extended === null)
    throw new Refused(`${agent.path} has no list of tools to add to: write tools: [] into it, once.`);
  const file = basename(code);
  const names = { name, variable, file };
  return {
    files: [
      {
        path: code,
        text: toolText(names),
        isNew: true,
        note: 'the tool: say in description when to use it, and do it in run',
      },
      { path: test, text: toolTest(names), isNew: true, note: 'its test' },
      {
        path: agent.path,
        text: withImport(extended, variable, `./tools/${file}`),
        isNew: false,
        note: `gives it to ${agent.name}`,
      },
    ],
    next: `npm run ask -- ${agent.name === 'assistant' ? '' : `--agent ${agent.name} `}'[[tool:${name} ${SAMPLE_INPUT}]]'`,
  };
};
