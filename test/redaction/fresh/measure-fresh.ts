import { readFileSync } from 'node:fs';
import path from 'node:path';
import { REDACTION_CLASSES, type RedactionClass } from '../../../lib/redaction/classes.ts';
import { redact } from '../../../lib/redaction/redactor.ts';
import { percent } from '../corpus/measure.ts';
import type { LookAlike, Planted } from './shape.ts';

interface FreshSecret extends Omit<Planted, 'secret'> {
  readonly secret: readonly [string, string];
  readonly heldOut: boolean;
}

const read = (name: string): unknown => JSON.parse(readFileSync(path.join(import.meta.dirname, name), 'utf8'));

export const secrets = read('secrets.json') as readonly FreshSecret[];
export const lookAlikes = read('look-alikes.json') as readonly (LookAlike & { readonly heldOut: boolean })[];

const isFound = ({ label, before, secret, after }: FreshSecret): boolean =>
  redact(before + secret.join('') + after, REDACTION_CLASSES) === `${before}[REDACTED_${label}]${after}`;

/** How many secrets of each kind are not found; a kind without is left out. */
export const missed = (): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const one of secrets) if (!isFound(one)) counts[one.kind] = (counts[one.kind] ?? 0) + 1;
  return counts;
};

/** The look-alikes that are changed, by one class or by any. */
export const touched = (classes: readonly RedactionClass[] = REDACTION_CLASSES): readonly string[] =>
  lookAlikes.map(({ text }) => text).filter((text) => redact(text, classes) !== text);

/** What is found of them, as a table of Markdown. */
export const freshTable = (): string => {
  const rows = REDACTION_CLASSES.map((name) => {
    const ours = secrets.filter((one) => one.class === name);
    const heldOut = ours.filter((one) => one.heldOut);
    const [found, foundThere] = [ours, heldOut].map((some) => some.filter(isFound).length);
    const wrong = touched([name]).length;
    const recall = `${percent(found!, ours.length)} | ${heldOut.length} | ${percent(foundThere!, heldOut.length)}`;
    const precision = percent(found!, found! + wrong);
    return `| \`${name}\` | ${ours.length} | ${recall} | ${wrong} of ${lookAlikes.length} | ${precision} |`;
  });
  const head = ['class', 'documented forms', 'recall', 'held out', 'recall there', 'look-alikes touched', 'precision'];
  return [`| ${head.join(' | ')} |`, `| ${head.map(() => '---').join(' | ')} |`, ...rows].join('\n');
};
