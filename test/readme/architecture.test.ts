import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { code, codes, read, ROOT, tableOf } from './markdown.ts';

const page = read('docs/architecture.md');
const rooms = tableOf(page, 'room', 'promise', 'entry file', 'decision file', 'tests').map((row) => ({
  room: code(row.room),
  linked: row.room.startsWith('['),
  promise: row.promise,
  entry: code(row['entry file']),
  decision: row['decision file'] === 'none' ? null : code(row['decision file']),
  tests: codes(row.tests),
}));

const folders = readdirSync(path.join(ROOT, 'lib'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => `lib/${name}`);

const isThere = (file: string) => existsSync(path.join(ROOT, file));

/** What a pure function has no use for. */
const IMPURE = /\b(?:async|await|Promise|Date\.now|Math\.random|process\.env)\b/;

/** Without comments, which may speak of anything. */
const codeIn = (file: string) => read(file).text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');

it('docs/architecture.md has a row for each folder of lib, and no other', () => {
  expect(rooms.map(({ room }) => room).sort()).toEqual(folders.sort());
});

it('CONTRIBUTING.md has a place for each folder of lib in the order of imports', () => {
  const order = /^Imports point down.*$/m.exec(read('CONTRIBUTING.md').text)?.[0] ?? '';
  expect(folders.filter((folder) => !order.includes(`\`${folder}\``))).toEqual([]);
});

it('docs/architecture.md names no file of lib, functions or test that is not there', () => {
  const named = codes(page.text.replaceAll(/^```[\s\S]*?^```$/gm, '')).filter((text) =>
    /^(?:functions|lib|local|test|agents)\/\S*$/.test(text),
  );
  expect(named.length).toBeGreaterThan(60);
  expect(named.filter((file) => !isThere(file))).toEqual([]);
});

describe.each(rooms)('the row of $room', ({ room, linked, promise, entry, decision, tests }) => {
  it('has a promise, and an entry file of the room', () => {
    expect(promise).toMatch(/\w{3}/);
    expect(entry).toMatch(new RegExp(`^${room}/.+\\.ts$`));
    expect(isThere(entry)).toBe(true);
  });

  it.runIf(decision)('has a decision file of the room that decides by values alone', () => {
    expect(decision).toMatch(new RegExp(`^${room}/.+\\.ts$`));
    expect(codeIn(decision ?? '')).not.toMatch(IMPURE);
  });

  it('names where its tests are', () => {
    expect(tests.length).toBeGreaterThan(0);
    expect(tests.filter((folder) => !folder.startsWith('test/') || !isThere(folder))).toEqual([]);
  });

  it('links the README of the room where there is one', () => {
    expect(linked).toBe(isThere(`${room}/README.md`));
  });
});
