import { REDACTION_CLASSES, type RedactionClass } from '../../../lib/redaction/classes.ts';
import { redact } from '../../../lib/redaction/redactor.ts';
import { lookAlikes, redactedTextOf, secrets, textOf } from './read-corpus.ts';

const LABELS: Readonly<Record<RedactionClass, readonly string[]>> = {
  keys: ['API_KEY', 'TOKEN', 'PRIVATE_KEY'],
  cards: ['CARD'],
  ssn: ['SSN'],
  iban: ['IBAN'],
  email: ['EMAIL'],
  phone: ['PHONE'],
};

export const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`;

const measured = (name: RedactionClass, heldOut: boolean) => {
  const ours = secrets.filter((entry) => entry.heldOut === heldOut && LABELS[name].includes(entry.label));
  const found = ours.filter((entry) => redact(textOf(entry), REDACTION_CLASSES) === redactedTextOf(entry)).length;
  const others = lookAlikes.filter((entry) => entry.heldOut === heldOut);
  const touched = others.filter(({ text }) => redact(text, [name]) !== text).length;
  return { ours: ours.length, recall: percent(found, ours.length), precision: percent(found, found + touched) };
};

/** Where a table of Markdown begins in a page, by the first two cells of its head. */
export const tableBegins = (table: string): RegExp => {
  const [, first = '', second = ''] = (table.split('\n')[0] ?? '').split('|').map((cell) => cell.trim());
  return new RegExp(`\\| ${first} +\\| ${second} +\\|`);
};

/** What the cells of a table of Markdown say, however wide they are. */
export const cellsOf = (table: string): string[][] =>
  table.split('\n').map((row) => row.split('|').map((cell) => cell.trim().replace(/^-+$/, '')));

/** Precision and recall of each class over the corpus, as a table of Markdown. A secret counts as found only if nothing else changed. */
export const measuredTable = (): string => {
  const rows = REDACTION_CLASSES.map((name) => {
    const [tuned, heldOut] = [measured(name, false), measured(name, true)];
    return `| \`${name}\` | ${tuned.ours} | ${tuned.recall} | ${tuned.precision} | ${heldOut.ours} | ${heldOut.recall} | ${heldOut.precision} |`;
  });
  const head = ['class', 'secrets', 'recall', 'precision', 'held out', 'recall there', 'precision there'];
  return [`| ${head.join(' | ')} |`, `| ${head.map(() => '---').join(' | ')} |`, ...rows].join('\n');
};
