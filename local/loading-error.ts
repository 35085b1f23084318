import { existsSync, readdirSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DefinitionError } from '../lib/agent/define/definition.ts';
import { nearestName } from '../lib/kernel/nearest-name.ts';
import { nameError } from '../lib/telemetry/describe-error.ts';
import { placeOfImport, placeOfSyntaxError, sourcesIn } from './find-import.ts';
import { StartRefused } from './start-refused.ts';

const PROJECT = fileURLToPath(new URL('../', import.meta.url));

/** A user's own file first: a mistake in the definition of an agent is thrown in `lib`, and mended in `agents`. */
const placeIn = (stack: string, directory: string): string | null => {
  const inProject = [directory, PROJECT].reduce(
    (text, folder) =>
      text.replaceAll(`file://${folder.replace(/\/$/, '')}/`, './').replaceAll(`${folder.replace(/\/$/, '')}/`, './'),
    stack,
  );
  return (
    (/(?<=\.\/)agents\/[\w./-]+\.[cm]?[jt]s:\d+/.exec(inProject) ??
      /(?:[\w.-]+\/)?[\w.-]+\.[cm]?[jt]s:\d+/.exec(stack))?.[0] ?? null
  );
};

interface Mistake {
  /** As `agents/support.ts:12`; `null`: nobody can tell. */
  readonly place: string | null;
  readonly sentence: string;
}

const pathOf = (text: string): string => (text.startsWith('file:') ? fileURLToPath(text) : text);

/** A file or a package that is imported, and is not there. */
const missingModule = (said: string, directory: string): Mistake | null => {
  const [, kind, name = '', importer = ''] =
    /^Cannot find (module|package) '([^']+)' imported from (.+)$/.exec(said) ?? [];
  if (kind === undefined) return null;
  const from = pathOf(importer);
  if (kind === 'package') {
    const place = placeOfImport(from, name, directory);
    return { place, sentence: `The package ${name} is not installed: run npm install ${name}.` };
  }
  const target = pathOf(name);
  const written = `./${relative(dirname(from), target)}`.replace(/^\.\/\.\.\//, '../');
  const ending = ['.ts', '.js', '/index.ts'].find((each) => existsSync(`${target}${each}`));
  const folder = dirname(target);
  const near = existsSync(folder) ? nearestName(target.slice(folder.length + 1), readdirSync(folder)) : null;
  const meant = ending !== undefined ? `${written}${ending}` : near === null ? null : written.replace(/[^/]+$/, near);
  const hint = meant === null ? 'Write the file, or take the import out.' : `Write '${meant}'.`;
  return { place: placeOfImport(from, written, directory), sentence: `There is no file ${written}. ${hint}` };
};

/** A name that is imported from a module without it. */
const missingExport = async (said: string, place: string | null): Promise<Mistake | null> => {
  const [, module, name = ''] =
    /^The requested module '([^']+)' does not provide an export named '([^']+)'/.exec(said) ?? [];
  if (module === undefined) return null;
  const names = module === 'ballast' ? Object.keys(await import('../lib/index.ts')) : [];
  const meant = nearestName(name, names);
  const hint = meant === null ? `If it is a type, write import type { ${name} }.` : `Did you mean ${meant}?`;
  return { place, sentence: `'${module}' has no ${name}. ${hint}` };
};

/** What Node says without naming the file that imports it. */
const unreadable = (said: string, directory: string): Mistake | null => {
  const json = /^Module "([^"]+)" needs an import attribute of "type: json"/.exec(said)?.[1];
  const unknown = /^Unknown file extension "([^"]*)" for (\S+)$/.exec(said);
  const target = pathOf(json ?? unknown?.[2] ?? '');
  if (target === '') return null;
  const place = sourcesIn(directory)
    .map((file) => placeOfImport(file, `./${relative(dirname(file), target)}`.replace(/^\.\/\.\.\//, '../'), directory))
    .find((found) => found?.includes(':'));
  const sentence =
    json === undefined
      ? `Files ending in ${unknown?.[1] || 'nothing'} cannot be imported: only .ts, .js and .json can.`
      : `JSON is imported with { type: 'json' } behind its path.`;
  return { place: place ?? relative(directory, target), sentence };
};

const mistakeOf = async (error: unknown, directory: string): Promise<Mistake> => {
  if (!(error instanceof Error)) {
    const sentence = `It throws ${typeof error === 'string' ? 'a string' : `a value of type ${typeof error}`}: throw new Error(…) instead.`;
    return { place: null, sentence };
  }
  const [said = ''] = error.message.split('\n');
  const place = placeIn(error.stack ?? '', directory);
  const known = missingModule(said, directory) ?? (await missingExport(said, place)) ?? unreadable(said, directory);
  if (known !== null) return known;
  // Node tells the line of a mistake in TypeScript, and not that of one in JavaScript.
  const line = error instanceof SyntaxError && place === null ? placeOfSyntaxError(directory) : null;
  const hint = said.includes('enum is not supported') ? ' Write a union of literals instead.' : '';
  return {
    place: line ?? place,
    sentence: `${said.replace(/\.$/, '')} (${nameError(error).replace(/\/.*/, '')}).${hint}`,
  };
};

/**
 * Why code could not be loaded, with the user's own file and line and no stack. A plain Error is a refusal in its own words,
 * such as of a wrong variable, unless code of the user's threw it.
 */
export const loadingFailed = async (what: string, error: unknown, directory = process.cwd()): Promise<StartRefused> => {
  if (error instanceof StartRefused) return error;
  if (error instanceof DefinitionError) return new StartRefused(error.message, { cause: error });
  const isPlain = error instanceof Error && error.constructor === Error && !('code' in error);
  if (isPlain && !placeIn(error.stack ?? '', directory)?.startsWith('agents/'))
    return new StartRefused(error.message.split('\n')[0], { cause: error });
  const { place, sentence } = await mistakeOf(error, directory);
  return new StartRefused(`${place ?? what}: ${sentence}`, { cause: error });
};
