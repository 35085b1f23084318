import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readJournal } from '../../../local/executions/journal-record.ts';
import { openJournals } from '../../../local/executions/journals.ts';
import { createStand, testDirectory } from './stand.ts';

/** A journal with names, texts of several bytes a character, and every kind of record. */
const written = async (): Promise<string> => {
  const ids: string[] = [];
  let text = '';
  const stand = await createStand(
    async (input: { text: string }, context) => {
      const first = await context.step('⚓ first', async () => input.text);
      await context.runInChildContext('child', (child) => child.step('second', async () => `${first} "\n" 💥`));
      return context.waitForCallback('ask', async (id) => void ids.push(id));
    },
    {
      async onStatusChange() {
        text = readFileSync(join(stand.directory, 'running', 'work', 'written.jsonl'), 'utf8');
      },
    },
  );
  await stand.start('written', { text: 'größer \u2028 als' });
  await stand.suspended('written');
  await stand.succeed(ids[0] ?? '', '⚓');
  await stand.ended();
  await expect.poll(() => stand.files().running).toEqual(['work']);
  return text;
};

it('a journal keeps nothing of what steps returned once its execution has ended, and still knows its start and end', () => {
  const directory = testDirectory();
  const key = { functionName: 'work', name: 'run_A' };
  const head = { ...key, id: 'id', input: '{"runId":"run_A"}', startedAt: 1, timeoutAt: 2 };
  const shown = { id: '1', type: 'STEP', status: 'SUCCEEDED', name: 's', startedAt: 1, endedAt: 2 };
  const operation = { ...shown, result: 'canary', error: { message: 'canary' }, other: ['canary'] } as never;
  const ended = { ending: { status: 'SUCCEEDED', result: 'null' } as never, endedAt: 3 };
  const journals = openJournals(directory);
  journals.create(head);
  journals.append(key, { kind: 'changed', operations: [operation] });
  journals.append(key, { kind: 'ended', ...ended });
  journals.retire(key);
  expect(journals.readEnded(key)).toEqual({ head, ended, operations: new Map([['1', shown]]), suspended: false });
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  expect(files.map(({ name }) => name)).toEqual(['run_.a.jsonl']);
  for (const { parentPath, name } of files)
    expect(readFileSync(join(parentPath, name), 'utf8')).not.toContain('canary');
});

it('a journal that is cut anywhere is what its whole lines say, and can be written on', async () => {
  const text = await written();
  const bytes = Buffer.from(text);
  const directory = testDirectory();
  const path = join(directory, 'running', 'work', 'cut.jsonl');
  mkdirSync(join(directory, 'running', 'work'), { recursive: true });
  const journals = openJournals(directory);
  const check = (length: number) => {
    writeFileSync(path, bytes.subarray(0, length));
    const whole = bytes.subarray(0, bytes.subarray(0, length).lastIndexOf('\n') + 1).toString();
    const recorded = journals.readRunning('work', 'cut.jsonl');
    expect(recorded).toEqual(readJournal(whole));
    if (recorded === null) return;
    journals.append({ functionName: 'work', name: 'cut' }, { kind: 'suspended' });
    expect(readFileSync(path, 'utf8')).toBe(`${whole}{"kind":"suspended"}\n`);
  };
  const ends = [...text.matchAll(/\n/g)].map(({ index }) => Buffer.byteLength(text.slice(0, index)));
  expect(ends.length).toBeGreaterThan(8);
  for (const end of ends) for (const length of [end - 1, end, end + 1]) check(length);
  fc.assert(fc.property(fc.integer({ min: 0, max: bytes.length }), check), { seed: 1, numRuns: 300 });
});
