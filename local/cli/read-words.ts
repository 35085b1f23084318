import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { nearestName } from '../../lib/kernel/nearest-name.ts';
import { Misused } from './verb.ts';

const HELP = { help: { type: 'boolean', short: 'h', default: false } } as const;

/** Options and other words of a command line, with `--help`. Throws `Misused` for an option that is not there. */
export const readWords = <Options extends ParseArgsOptionsConfig>(words: readonly string[], options: Options) => {
  try {
    return parseArgs({ args: [...words], options: { ...options, ...HELP }, allowPositionals: true });
  } catch (error) {
    // As "Unknown option '--agnet'. To specify a positional argument …": its first sentence is enough.
    const [said = ''] = (error as Error).message.split(/\. (?=[A-Z])/);
    // As "Option '-s, --stage <value>' argument missing", or "… is ambiguous" before another option.
    const bare = /^Option '(?:-\w, )?--([\w-]+)(?: <value>)?' argument/.exec(said)?.[1];
    if (bare !== undefined) throw new Misused(`--${bare} needs a value.`);
    const unknown = /^Unknown option '--([^']+)'/.exec(said)?.[1];
    const meant = unknown === undefined ? null : nearestName(unknown, Object.keys(options));
    throw new Misused(`${said.replace(/\.$/, '')}.${meant === null ? '' : ` Did you mean --${meant}?`}`);
  }
};
