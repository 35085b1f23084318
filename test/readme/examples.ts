import path from 'node:path';
import ts from 'typescript';
import { blocksOf, read, ROOT } from './markdown.ts';

export interface Example {
  /** The file that the block says it is: its first line. */
  readonly path: string;
  readonly text: string;
}

/** The documents whose TypeScript a reader puts into the project. */
const DOCUMENTS = ['README.md', 'docs/agents.md'];

/** The TypeScript of the README and of the page about agents. */
export const examples = (): Example[] =>
  DOCUMENTS.flatMap((document) => blocksOf(read(document)))
    .filter(({ language }) => language === 'ts')
    .map(({ document, text, line }) => {
      const file = /^\/\/ (\S+)\n/.exec(text)?.[1];
      if (file === undefined) throw new Error(`${document}:${line} does not say which file it is`);
      return { path: file, text };
    });

/** Compiles them as if they stood where they say, under the project's own options; gives back what is wrong with them. */
export const compile = (files: readonly Example[]): string[] => {
  const { config } = ts.readConfigFile(path.join(ROOT, 'tsconfig.json'), (file) => ts.sys.readFile(file)) as {
    config: unknown;
  };
  const { options } = ts.parseJsonConfigFileContent({ ...(config as object), include: [], files: [] }, ts.sys, ROOT);
  const virtual = new Map(files.map(({ path: file, text }) => [path.join(ROOT, file), text]));
  const host = ts.createCompilerHost(options);
  host.fileExists = (file) => virtual.has(file) || ts.sys.fileExists(file);
  host.readFile = (file) => virtual.get(file) ?? ts.sys.readFile(file);
  const program = ts.createProgram([...virtual.keys()], options, host);
  return [...virtual.keys()].flatMap((file) => {
    const source = program.getSourceFile(file);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ messageText }) => `${path.relative(ROOT, file)}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    );
  });
};
