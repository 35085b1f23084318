import { STAGE } from '../../scripts/read-options.ts';
import { Misused } from './verb.ts';

/** Options of commands that act on AWS, osls's among them, that say nothing without a value. */
const VALUED: ReadonlySet<string> = new Set([
  ...['stage', 'region', 'account', 'allow', 'require', 'tenant', 'kid', 'report', 'month', 'tolerance', 'api-key'],
  ...['workspace', 'unrecorded', 'longest-call-ms', 'timestamp', 'param', 'package', 'config', 'aws-profile', 'to'],
]);

const SHORT: Readonly<Record<string, string>> = { '-s': 'stage', '-r': 'region' };

/**
 * Throws `Misused` for an option without the value that it takes, and for what is no name of a stage: before anything is built,
 * as osls would read `--stage` alone as the stage `true`.
 */
export const checkValues = (words: readonly string[]): void => {
  for (const [at, word] of words.entries()) {
    if (word === '--') return;
    const [, long, inline] = /^--([\w-]+)(?:=(.*))?$/s.exec(word) ?? [];
    const name = SHORT[word] ?? long;
    if (name === undefined || !VALUED.has(name)) continue;
    const value = inline ?? words[at + 1] ?? '';
    if (value === '' || (inline === undefined && value.startsWith('-'))) throw new Misused(`--${name} needs a value.`);
    if (name === 'stage' && !STAGE.test(value)) throw new Misused('--stage is 1 to 64 letters, digits and -.');
  }
};
