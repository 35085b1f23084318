import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '..', '..');

const sources = ['lib', 'local', 'agents', 'functions'].flatMap((folder) =>
  readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => path.join(folder, name))
    .map((file) => ({ file, text: readFileSync(path.join(ROOT, file), 'utf8') })),
);

const textsBy = (expression: RegExp) =>
  sources.flatMap(({ file, text }) => [...text.matchAll(expression)].map(([, told = '']) => `${file}: ${told}`));

/** What becomes the `detail` of a problem, where it is written beside its code. */
const DETAIL = /new AppError\(\s*(?:'[\w-]+'|\w+),\s*safe`([^`]*(?:\$\{safe`[^`]*`\}[^`]*)*)`/g;
/** What becomes the `message` of a field. */
const FIELD = /\bmessage: safe`([^`]*)`/g;

const isSentence = (told: string): boolean => /^[\w/.-]+: [A-Z$][\s\S]*\.$/.test(told);
const isPart = (told: string): boolean => /^[\w/.-]+: [a-z$][\s\S]*[^.]$/.test(told);

it('the detail of every error is a sentence: a capital letter, a full stop', () => {
  const details = textsBy(DETAIL);
  expect(details.length).toBeGreaterThan(70);
  expect(details.filter((told) => !isSentence(told))).toEqual([]);
});

it('what is said of a field goes on after its name: no capital letter, no full stop', () => {
  const fields = textsBy(FIELD);
  expect(fields.length).toBeGreaterThan(8);
  expect(fields.filter((told) => !isPart(told))).toEqual([]);
});

it.each([
  ['a: the store does not answer', false],
  ['a: The store does not answer', false],
  ['a: The store does not answer.', true],
])('%j is a sentence: %s', (told, is) => {
  expect(isSentence(told)).toBe(is);
});
