import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Refused } from '../verb.ts';

export interface Source {
  /** From the project's directory. */
  readonly path: string;
  readonly text: string;
}

/** The agents of a project, as their files have them. */
export interface AgentFiles {
  /** With what files end here: `.js` in a project of plain JavaScript. */
  readonly ending: '.ts' | '.js';
  readonly index: Source;
  /** Every file with code of agents and tools, without tests and the index. */
  readonly sources: readonly Source[];
}

const CODE = /\.[cm]?[jt]s$/;
const TEST = /\.test\.[cm]?[jt]s$/;

/** Reads `agents/` below a directory. Throws `Refused` where there is none. */
export const readAgentFiles = (directory: string): AgentFiles => {
  const ending = (['.ts', '.js'] as const).find((each) => existsSync(join(directory, 'agents', `index${each}`)));
  if (ending === undefined)
    throw new Refused('There is no agents/index.ts here: call it in the directory of a project, by npm run new.');
  const read = (path: string): Source => ({ path, text: readFileSync(join(directory, path), 'utf8') });
  const paths = readdirSync(join(directory, 'agents'), { recursive: true, encoding: 'utf8' })
    .map((name) => `agents/${name.replaceAll('\\', '/')}`)
    .filter((path) => CODE.test(path) && !TEST.test(path) && !path.includes('/node_modules/'))
    .sort();
  const index = `agents/index${ending}`;
  return { ending, index: read(index), sources: paths.filter((path) => path !== index).map(read) };
};

/** The file that defines an agent or a tool of this name; `undefined`: none does. */
export const fileThatNames = (kind: 'agent' | 'tool', name: string, { sources }: AgentFiles): Source | undefined => {
  const maker = kind === 'agent' ? 'defineAgent(' : 'defineTool(';
  const named = new RegExp(`\\bname:\\s*(['"\`])${name}\\1`);
  return sources.find(({ text }) => text.includes(maker) && named.test(text));
};

export interface DefinedAgent extends Source {
  readonly name: string;
  readonly variable: string;
}

/** Agents that stand alone in a file directly below `agents/`. */
export const agentsOf = ({ sources }: AgentFiles): DefinedAgent[] =>
  sources.flatMap((source) => {
    const [found, ...others] = source.text.matchAll(
      /\bexport const (\w+)\b[^=]*=\s*defineAgent\(\{\s*name:\s*(['"`])([\w-]+)\2/g,
    );
    if (found === undefined || others.length > 0 || source.path !== `agents/${basename(source.path)}`) return [];
    const [, variable = '', , name = ''] = found;
    return [{ ...source, name, variable }];
  });
