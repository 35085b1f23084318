import { type ParseArgsOptionsConfig } from 'node:util';
import { nearestName } from '../../lib/kernel/nearest-name.ts';
import { createPaint, type Paint } from '../../lib/telemetry/terminal/paint.ts';
import { jsonText } from '../../lib/telemetry/terminal/printable.ts';
import { createProgress, type Progress } from '../../lib/telemetry/terminal/progress.ts';
import { type Api, createApi } from './api.ts';
import { readWords } from './read-words.ts';
import { serverOf } from './server.ts';
import { stageUrl } from './stage-url.ts';
import { type Cell, table } from './table.ts';
import { Misused, type Shell, type Verb } from './verb.ts';

type Values = Readonly<Record<string, unknown>>;

/** One thing that a verb does, called with its words. */
export interface Call {
  /** The words that it takes, in their order. */
  readonly words: readonly string[];
  /** An option with a value. */
  readonly text: (name: string) => string | undefined;
  readonly flag: (name: string) => boolean;
  readonly api: Api;
  readonly shell: Shell;
  readonly paint: Paint;
  /** Prints the answer: as JSON where that is asked for, else as `render` says it. */
  readonly print: (answer: unknown, render: () => string) => void;
  readonly table: (head: readonly string[], rows: readonly (readonly Cell[])[]) => string;
  /** Says how far long work is. */
  readonly progress: Progress;
}

export interface Part {
  /** Names of the words that it takes; `?` at its end: may be left out; `...`: any number. */
  readonly takes?: readonly string[];
  readonly options?: ParseArgsOptionsConfig;
  /** Whether it needs the key of an administrator; default: as the verb does. */
  readonly administers?: boolean;
  /** Resolves with the exit code; nothing is 0. */
  run(call: Call): Promise<number | undefined>;
}

export interface PartsOptions {
  readonly usage: string;
  /** Whether it needs the key of an administrator. */
  readonly administers?: boolean;
  /** What it does, by its name; one named like the verb's default is done where no name is given. */
  readonly parts: Readonly<Record<string, Part>>;
  /** Default: the first. `null`: the verb has one part, without a name. */
  readonly byDefault?: string;
}

const COMMON = {
  url: { type: 'string' },
  key: { type: 'string' },
  json: { type: 'boolean', default: false },
  stage: { type: 'string' },
  region: { type: 'string' },
} as const satisfies ParseArgsOptionsConfig;

const checkWords = (words: readonly string[], takes: readonly string[]): void => {
  const missing = takes.find((name, at) => !/\?$|^\.{3}/.test(name) && words[at] === undefined);
  if (missing !== undefined) throw new Misused(`It needs the ${missing}.`);
  if (!takes.some((name) => name.startsWith('...')) && words.length > takes.length)
    throw new Misused(`It takes no ${words.slice(takes.length).join(' ')}.`);
};

/** All options of the parts, so that the first word, which says which is meant, may stand anywhere. */
const optionsOf = (parts: Readonly<Record<string, Part>>): ParseArgsOptionsConfig =>
  Object.assign({}, ...Object.values(parts).map(({ options = {} }) => options), COMMON) as ParseArgsOptionsConfig;

const partOf = ({ parts, byDefault }: PartsOptions, words: readonly string[]): readonly [string, Part, string[]] => {
  const names = Object.keys(parts);
  const [only] = names;
  if (names.length === 1 && only === '') return ['', parts[''] as Part, [...words]];
  const [name = byDefault ?? only ?? '', ...rest] = words;
  const part = Object.hasOwn(parts, name) ? parts[name] : undefined;
  if (part !== undefined) return [name, part, rest];
  const meant = nearestName(name, names);
  throw new Misused(
    `It does not know ${name}.${meant === null ? ` It knows ${names.join(', ')}.` : ` Did you mean ${meant}?`}`,
  );
};

/** The address that a part asks by `--url` or `--stage`; one that knows stages itself asks none. */
const addressOf = async (values: Values, { options = {} }: Part, shell: Shell): Promise<string | undefined> => {
  const { url, stage, region } = values as Readonly<Record<string, string | undefined>>;
  if (stage === undefined || 'stage' in options) return url;
  if (url !== undefined) throw new Misused('--stage and --url exclude each other.');
  const address = await stageUrl(stage, region, shell);
  shell.err(`The stage ${stage}: ${address}\n`);
  return address;
};

const callOf = (
  values: Values,
  words: readonly string[],
  shell: Shell,
  administers: boolean,
  url: string | undefined,
): Call => {
  const paint = createPaint(shell.colours);
  const text = (name: string) => (typeof values[name] === 'string' ? values[name] : undefined);
  let api: Api | undefined;
  return {
    words,
    shell,
    paint,
    text,
    flag: (name) => values[name] === true,
    // Late: what is not asked needs no key.
    get api() {
      return (api ??= createApi(serverOf({ url, key: text('key') }, shell, administers), shell));
    },
    print: (answer, render) => shell.out(values['json'] === true ? `${jsonText(answer, 2)}\n` : render()),
    table: (head, rows) => table(head, rows, { columns: shell.columns, paint }),
    progress: createProgress(shell, values['json'] === true),
  };
};

/** A verb of several parts, as in `runs list` and `runs cancel <run>`. */
export const verbOf = (options: PartsOptions): Verb => ({
  usage: options.usage,
  async run(given, shell) {
    const { values, positionals } = readWords(given, optionsOf(options.parts));
    if (values['help'] === true) {
      shell.out(options.usage);
      return 0;
    }
    const [name, part, words] = partOf(options, positionals);
    const known = new Set([...Object.keys(part.options ?? {}), ...Object.keys(COMMON), 'help']);
    const foreign = Object.entries(values).find(([option, value]) => value !== false && !known.has(option));
    if (foreign !== undefined) throw new Misused(`${name} takes no --${foreign[0]}.`);
    checkWords(words, part.takes ?? []);
    const administers = part.administers ?? options.administers ?? values['admin'] === true;
    const url = await addressOf(values, part, shell);
    return (await part.run(callOf(values, words, shell, administers, url))) ?? 0;
  },
});

/** The lines about options that each of these verbs has. */
export const COMMON_USAGE = `  --json           print the answer as JSON
  --url <url>      another server (default: BALLAST_URL, or http://localhost:3000)
  --key <key>      another key (default: BALLAST_API_KEY, or the development key of the local server)
  --stage <stage>  in place of --url: a stage on AWS, whose address the AWS CLI tells; with --region, or that of your profile
`;

export const ADMIN_USAGE = COMMON_USAGE.replace('BALLAST_API_KEY, or', 'BALLAST_ADMIN_KEY, BALLAST_API_KEY, or');
