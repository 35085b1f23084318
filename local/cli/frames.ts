import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { join } from 'node:path';
import { printable } from '../../lib/telemetry/terminal/printable.ts';
import { readWords } from './read-words.ts';
import { Misused, Refused, type Verb } from './verb.ts';

const USAGE = `Says where in the source an error of a deployed function broke. It reads log lines, as JSON or not, and repeats them with
the places of the source.

  npx ballast frames < lines.json
  aws logs tail /aws/lambda/ballast-prod-messages --format short | npx ballast frames

  --maps <folder>      of that very version's build (default: dist/maps, or build/dist/maps of a project)
  --function <name>    whose lines they are, where a line does not say so
`;

const FOLDERS = ['dist/maps', 'build/dist/maps'];

/** As `describeError` writes them: `answer@index.mjs:1:48213`. */
const PLACE = /([\w.-]+\.mjs):(\d+):(\d+)/g;

/** Of one build; each map is read once. */
const createMaps = (folder: string) => {
  const read = new Map<string, SourceMap | null>();
  const functions = readdirSync(folder);
  const load = (file: string): SourceMap | null => {
    const known = read.get(file);
    if (known !== undefined) return known;
    const map = existsSync(file)
      ? new SourceMap(JSON.parse(readFileSync(file, 'utf8')) as ConstructorParameters<typeof SourceMap>[0])
      : null;
    read.set(file, map);
    return map;
  };
  /** Chunks have a name by their content: any function that has one of that name has the same. */
  return (owner: string | null, file: string): SourceMap | null => {
    const owners = owner !== null && functions.includes(owner) ? [owner] : file.startsWith('chunk-') ? functions : [];
    for (const name of owners) {
      const map = load(join(folder, name, `${file}.map`));
      if (map !== null) return map;
    }
    return null;
  };
};

const functionOf = (line: string): string | null => {
  try {
    const { function: name } = JSON.parse(line.slice(Math.max(0, line.indexOf('{')))) as {
      readonly function?: unknown;
    };
    return typeof name === 'string' ? name : null;
  } catch {
    return null;
  }
};

/** The line with the places that a map knows; `maps` finds the one of a function's file. */
export const mappedLine = (
  line: string,
  owner: string | null,
  maps: (owner: string | null, file: string) => Pick<SourceMap, 'findEntry'> | null,
): string =>
  line.replaceAll(PLACE, (place, file: string, row: string, column: string) => {
    // A stack counts from one, a map from zero.
    const entry = maps(owner ?? functionOf(line), file)?.findEntry(Number(row) - 1, Number(column) - 1);
    if (entry === undefined || !('originalSource' in entry)) return place;
    const source = entry.originalSource.replace(/^(?:\.\.\/)+/, '');
    return `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  });

/** `ballast frames`. */
export const frames: Verb = {
  usage: USAGE,
  async run(words, shell) {
    const { values, positionals } = readWords(words, { maps: { type: 'string' }, function: { type: 'string' } });
    if (values.help) {
      shell.out(USAGE);
      return 0;
    }
    if (positionals.length > 0) throw new Misused('The lines are read from the standard input.');
    const folders = values.maps === undefined ? FOLDERS : [values.maps];
    const folder = folders.map((each) => join(shell.directory, each)).find((each) => existsSync(each));
    if (folder === undefined)
      throw new Refused(
        `There is no ${folders.join(' or ')}: build the version that is deployed, or name its maps by --maps.`,
      );
    const text = await shell.readInput();
    if (text === null) throw new Misused('Pipe the lines in.');
    const maps = createMaps(folder);
    const lines = text.replace(/\n$/, '').split('\n');
    shell.out(lines.map((line) => `${printable(mappedLine(line, values.function ?? null, maps))}\n`).join(''));
    return 0;
  },
};
