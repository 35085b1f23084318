import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { format } from 'prettier';
import { KINDS, makeLookAlikes, makeSecrets } from './make-corpus.ts';

/** `node test/redaction/corpus/write-corpus.ts` writes the corpus anew; a test holds the files against the makers. */
const write = async (name: string, content: object) => {
  const text = await format(JSON.stringify(content), { parser: 'json', printWidth: 120 });
  writeFileSync(path.join(import.meta.dirname, name), text);
};

const sources = Object.fromEntries(KINDS.map(({ kind, source }) => [kind, source]));
await write('secrets.json', { sources, secrets: makeSecrets() });
await write('look-alikes.json', { lookAlikes: makeLookAlikes() });
