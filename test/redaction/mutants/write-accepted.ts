import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format } from 'prettier';
import { tableBegins } from '../corpus/measure.ts';
import { type Accepted, ACCEPTED_FILE, type Judged, mutantTable, readAccepted, UNREAD } from './accepted.ts';
import { judgeAll } from './judge-all.ts';
import { FILES } from './mutants.ts';

/**
 * `node test/redaction/mutants/write-accepted.ts` judges all mutants and writes the list of those that are unseen, and the figures
 * of docs/redaction.md. Reasons stay; what is new has none. With the names of files it writes their part of the list alone.
 */
const names = process.argv.slice(2);
const judged = new Map<string, Judged>();
for (const file of FILES.filter((one) => names.length === 0 || names.includes(one))) {
  const verdict = judgeAll(file);
  console.log(`${file}: ${verdict.unseen.length} of ${verdict.mutants} are unseen`);
  judged.set(file, verdict);
}

// Read late: others may have written their part meanwhile.
const accepted = readAccepted();

/** The reasons that there are, with those of their mutants that are still unseen, and the others without one. */
const withReasons = (file: string, unseen: readonly string[]) => {
  const left = [...unseen];
  const take = (title: string): boolean => {
    const at = left.indexOf(title);
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  };
  const reasons = Object.entries(accepted[file] ?? {})
    .filter(([reason]) => reason !== UNREAD)
    .map(([reason, titles]) => [reason, titles.filter(take)] as const);
  return Object.fromEntries([...reasons, [UNREAD, left] as const].filter(([, titles]) => titles.length > 0));
};

const list: Accepted = {
  ...accepted,
  ...Object.fromEntries([...judged].map(([file, { unseen }]) => [file, withReasons(file, unseen)])),
};
writeFileSync(ACCEPTED_FILE, await format(JSON.stringify(list), { parser: 'json', printWidth: 120 }));

if (names.length === 0) {
  const page = path.resolve(import.meta.dirname, '../../../docs/redaction.md');
  const text = readFileSync(page, 'utf8');
  const table = mutantTable(judged, list);
  const from = text.search(tableBegins(table));
  const figured = text.slice(0, from) + table + text.slice(text.indexOf('\n\n', from));
  writeFileSync(page, await format(figured, { parser: 'markdown', printWidth: 120 }));
}
