import { changesOfCode } from './change-code.ts';
import { sources } from './load.ts';

/** A module with one change in it. */
export interface Mutant {
  /** The line, with what was there and what is: `const LEAST = «9→8»`. */
  readonly title: string;
  readonly source: string;
}

const MOST_SHOWN = 60;
const shown = (text: string): string => {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > MOST_SHOWN ? `${line.slice(0, MOST_SHOWN)}…` : line;
};

/** The modules that are changed: the detectors, and what asks them. */
export const FILES: readonly string[] = [...sources.keys()]
  .filter((name) => name.startsWith('detectors/') || ['reader.ts', 'redactor.ts', 'scanner.ts'].includes(name))
  .sort();

export const mutantsOf = (file: string): readonly Mutant[] => {
  const source = sources.get(file) ?? '';
  return changesOfCode(source).map(({ from, to, text }) => {
    const begin = source.lastIndexOf('\n', from - 1) + 1;
    const end = source.indexOf('\n', to);
    const change = `«${shown(source.slice(from, to))}→${shown(text)}»`;
    const title = (source.slice(begin, from) + change + source.slice(to, end)).trim();
    return { title, source: source.slice(0, from) + text + source.slice(to) };
  });
};
