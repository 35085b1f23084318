import { parseArgs } from 'node:util';
import { nearestName } from '../../lib/kernel/nearest-name.ts';
import { createPaint } from '../../lib/telemetry/terminal/paint.ts';
import { printable } from '../../lib/telemetry/terminal/printable.ts';
import { onAws } from '../../scripts/say-stage.ts';
import { StartRefused } from '../start-refused.ts';
import { checkValues } from './check-values.ts';
import { commandNamed, commandNames } from './commands.ts';
import { overview } from './help.ts';
import type { Command, OnAws } from './programs.ts';
import { Misused, Refused, type Shell } from './verb.ts';

const HELP: ReadonlySet<string> = new Set(['help', '--help', '-h', '']);

const asksForHelp = (words: readonly string[]): boolean => words.includes('--help') || words.includes('-h');

/** `package` asks nobody there, and takes the same options. */
const isForAws = (name: string, { onAws }: Command): boolean => onAws !== undefined || name === 'package';

/** Which stage, in which region, a command is about to act on; `null`: on this machine, or it only helps, or says so itself. */
const target = (
  words: readonly string[],
  { stage: usual, region: usualRegion, isSaidByItself = false }: OnAws,
  { env }: Shell,
): string | null => {
  const { values } = parseArgs({
    args: [...words],
    options: { stage: { type: 'string', short: 's' }, region: { type: 'string', short: 'r' } },
    strict: false,
  });
  const { stage = usual, region = env['AWS_REGION'] ?? usualRegion } = values;
  if (isSaidByItself || asksForHelp(words) || words.includes('--local') || stage === null) return null;
  return onAws(String(stage), region === undefined ? undefined : String(region));
};

const unknown = (name: string): string => {
  const meant = nearestName(name, commandNames());
  return `There is no command ${printable(name)}. ${meant === null ? 'npx ballast --help lists them.' : `Did you mean ${meant}?`}\n`;
};

/** Does what a command line says; resolves with the exit code, `null` where a program goes on and sets its own. */
export const dispatch = async ([name = '', ...words]: readonly string[], shell: Shell): Promise<number | null> => {
  if (HELP.has(name)) {
    const [about] = words;
    if (name === 'help' && about !== undefined) return dispatch([about, '--help'], shell);
    shell.out(overview(createPaint(shell.colours)));
    return 0;
  }
  const command = commandNamed(name);
  if (command === null) {
    shell.err(unknown(name));
    return 2;
  }
  try {
    if (isForAws(name, command) && !asksForHelp(words)) checkValues(words);
    const where = command.onAws === undefined ? null : target(words, command.onAws, shell);
    if (where !== null) shell.err(where);
    const verb = await command.load();
    return await verb.run(words, shell);
  } catch (error) {
    if (!(error instanceof Refused || error instanceof StartRefused)) throw error;
    const asked = `npx ballast ${name} --help says how it is called.\n`;
    shell.err(`${error.message}\n${error instanceof Misused ? `\n${asked}` : ''}`);
    return error instanceof Misused ? 2 : 1;
  }
};
