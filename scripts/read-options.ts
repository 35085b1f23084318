import { parseArgs } from 'node:util';

/** A command was called in a way that it does not know; the message is how it is used. */
export class Misused extends Error {}

/** Names of stages. */
export const STAGE = /^[A-Za-z0-9-]{1,64}$/;

/** What a command that works on a stage was called with. */
export type CommandOptions<Name extends string, Flag extends string = never> = Readonly<
  Partial<Record<Name | 'stage', string>>
> & {
  readonly [Key in Flag]?: boolean;
} & {
  /** Whether it prints JSON. */
  readonly json: boolean;
};

/**
 * The options of a command that works on a stage, each with a value, and `--json`. Throws `Misused` where another is given, or
 * no name of a stage.
 */
export const readOptions = <Name extends string>(usage: string, ...names: readonly Name[]): CommandOptions<Name> =>
  readOptionsAndFlags(usage, names, []);

/** The same with options that have no value. */
export const readOptionsAndFlags = <Name extends string, Flag extends string>(
  usage: string,
  names: readonly Name[],
  flags: readonly Flag[],
): CommandOptions<Name, Flag> => {
  const texts = Object.fromEntries(['stage', ...names].map((name) => [name, { type: 'string' as const }]));
  const marks = Object.fromEntries(flags.map((name) => [name, { type: 'boolean' as const }]));
  try {
    const { values } = parseArgs({ options: { ...texts, ...marks, json: { type: 'boolean', default: false } } });
    const read = values as CommandOptions<Name, Flag>;
    if (read.stage === undefined || STAGE.test(read.stage)) return read;
  } catch {
    // Its message tells of one option; the usage tells of all.
  }
  throw new Misused(usage);
};
