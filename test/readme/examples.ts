import path from 'node:path';
import ts from 'typescript';
import { virtualProgram } from '../virtual-program.ts';
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
  const program = virtualProgram(new Map(files.map(({ path: file, text }) => [file, text])));
  return files.flatMap(({ path: file }) => {
    const source = program.getSourceFile(path.join(ROOT, file));
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ messageText }) => `${file}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    );
  });
};
