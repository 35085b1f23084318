import { readFileSync, writeFileSync } from 'node:fs';
import { format } from 'prettier';
import { expect, it } from 'vitest';
import { type Examples, realAnswers } from './real-answers.ts';

const FILE = 'lib/api/answer-examples.json';
/** `WRITE_EXAMPLES=1 npx vitest run test/api/examples` writes the file anew. */
const isWritten = process.env['WRITE_EXAMPLES'] === '1';

const sorted = (examples: Examples): Examples =>
  Object.fromEntries(Object.entries(examples).sort(([a], [b]) => (a < b ? -1 : 1)));

it('each example of a success is what a server of npm start really answers, but for ids and times', async () => {
  const answers = sorted(await realAnswers());
  if (isWritten) writeFileSync(FILE, await format(JSON.stringify(answers), { parser: 'json', printWidth: 120 }));
  const kept = JSON.parse(readFileSync(FILE, 'utf8')) as Examples;
  expect(Object.keys(answers)).toEqual(Object.keys(kept));
  for (const [id, byStatus] of Object.entries(kept)) expect(answers[id], id).toEqual(byStatus);
});
