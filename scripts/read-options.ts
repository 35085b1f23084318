import { parseArgs } from 'node:util';

/** A command was called in a way that it does not know; the message is how it is used. */
export class Misused extends Error {}

/** Names of stages. */
export const STAGE = /^[A-Za-z0-9-]{1,64}$/;

/** The options of a command that works on a stage, each with a value. Throws `Misused` where another is given, or no name of a stage. */
export const readOptions = <Name extends string>(
  usage: string,
  ...names: readonly Name[]
): Readonly<Partial<Record<Name | 'stage', string>>> => {
  const options = Object.fromEntries(['stage', ...names].map((name) => [name, { type: 'string' as const }]));
  try {
    const { values } = parseArgs({ options });
    if (values['stage'] === undefined || STAGE.test(String(values['stage'])))
      return values as Partial<Record<Name | 'stage', string>>;
  } catch {
    // Its message tells of one option; the usage tells of all.
  }
  throw new Misused(usage);
};
