import { readFileSync } from 'node:fs';
import path from 'node:path';
import { REDACTION_CLASSES, type RedactionClass } from '../../../lib/redaction/classes.ts';
import { redact } from '../../../lib/redaction/redactor.ts';
import { percent } from '../corpus/measure.ts';

interface Published {
  readonly class: RedactionClass;
  readonly label: string;
  readonly source: string;
  readonly before?: string;
  /** In parts, as those of the corpus. */
  readonly secret: string;
  readonly after?: string;
}

const file = path.join(import.meta.dirname, 'published.json');
/** Examples that standards and issuers print in their own documents. Nobody who made the detectors chose their form. */
export const published = JSON.parse(readFileSync(file, 'utf8')) as {
  readonly secrets: readonly Published[];
  readonly lookAlikes: readonly { readonly source: string; readonly texts: readonly string[] }[];
};

const lookAlikes = published.lookAlikes.flatMap(({ texts }) => texts);

const isFound = ({ label, before = '', secret, after = '' }: Published): boolean =>
  redact(before + secret.replaceAll('|', '') + after, REDACTION_CLASSES) === `${before}[REDACTED_${label}]${after}`;

/** The sources whose example is not found. */
export const missed = (): readonly string[] =>
  published.secrets.filter((one) => !isFound(one)).map(({ source }) => source);

/** The look-alikes that are changed, by any class. */
export const touched = (name?: RedactionClass): readonly string[] =>
  lookAlikes.filter((text) => redact(text, name === undefined ? REDACTION_CLASSES : [name]) !== text);

/** What is found of them, as a table of Markdown. */
export const publishedTable = (): string => {
  const rows = REDACTION_CLASSES.map((name) => {
    const ours = published.secrets.filter((one) => one.class === name);
    const found = ours.filter(isFound).length;
    const wrong = touched(name).length;
    return `| \`${name}\` | ${ours.length} | ${percent(found, ours.length)} | ${wrong} of ${lookAlikes.length} | ${percent(found, found + wrong)} |`;
  });
  const head = ['class', 'published examples', 'recall', 'look-alikes touched', 'precision'];
  return [`| ${head.join(' | ')} |`, `| ${head.map(() => '---').join(' | ')} |`, ...rows].join('\n');
};
