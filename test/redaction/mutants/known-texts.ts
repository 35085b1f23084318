import { lookAlikes, secrets, tableNumbers, textOf } from '../corpus/read-corpus.ts';
import { EDGES } from '../edges/edges.ts';
import { JOINED } from '../edges/joined.ts';
import { published } from '../published/measure-published.ts';

/** What stands between texts that a reader may join. */
export const BORDER = '\0';

/** Every text of which a test says what becomes of it. */
export const KNOWN_TEXTS: readonly string[] = [
  ...JOINED.map((texts) => texts.join(BORDER)),
  ...EDGES.map(([text]) => text),
  ...secrets.map(textOf),
  ...lookAlikes.map(({ text }) => text),
  ...Object.values(tableNumbers).flat(),
  ...published.secrets.map(({ before = '', secret, after = '' }) => before + secret.replaceAll('|', '') + after),
  ...published.lookAlikes.flatMap(({ texts }) => texts),
];
