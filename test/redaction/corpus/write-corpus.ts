import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format } from 'prettier';
import { KINDS, LOOK_ALIKE_KINDS, makeLookAlikes, makeSecrets } from './make-corpus.ts';

/** `node test/redaction/corpus/write-corpus.ts` writes the corpus anew, and the figures of docs/redaction.md; tests hold the files against the makers. */
const write = async (name: string, content: object) => {
  const text = await format(JSON.stringify(content), { parser: 'json', printWidth: 120 });
  writeFileSync(path.join(import.meta.dirname, name), text);
};

const sourcesOf = (kinds: readonly { readonly kind: string; readonly source: string }[]) =>
  Object.fromEntries(kinds.map(({ kind, source }) => [kind, source]));
await write('secrets.json', { sources: sourcesOf(KINDS), secrets: makeSecrets() });
await write('look-alikes.json', { sources: sourcesOf(LOOK_ALIKE_KINDS), lookAlikes: makeLookAlikes() });

// Not before: they read the files.
const { measuredTable, tableBegins } = await import('./measure.ts');
const { publishedTable } = await import('../published/measure-published.ts');

/** The tables of figures in docs/redaction.md, each in the place of the one that begins as it does. */
const page = path.resolve(import.meta.dirname, '../../../docs/redaction.md');
const tables = [measuredTable(), publishedTable()];
const figured = tables.reduce(
  (text, table) => {
    const from = text.search(tableBegins(table));
    return text.slice(0, from) + table + text.slice(text.indexOf('\n\n', from));
  },
  readFileSync(page, 'utf8'),
);
writeFileSync(page, await format(figured, { parser: 'markdown', printWidth: 120 }));
