import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JournalRecord } from '../../../local/executions/journal-record.ts';
import { FULL, size } from '../../sizes.ts';
import { testDirectory } from './stand.ts';

/** How many writes a process lives to finish before it is killed in the next. */
const WHOLE = size(2, 1);

const PROGRAM = join(import.meta.dirname, 'killed-program.ts');

const AWS = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
};

const run = (words: readonly string[]): Promise<{ readonly signal: string | null; readonly stdout: string }> =>
  new Promise((resolve, reject) => {
    const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
    const env = { ...AWS, PATH, NODE_COMPILE_CACHE };
    execFile(process.execPath, [PROGRAM, ...words], { env }, (error, stdout, stderr) => {
      if (error !== null && error.signal !== 'SIGKILL') reject(new Error(`it broke: ${stderr}`, { cause: error }));
      else resolve({ signal: error?.signal ?? null, stdout });
    });
  });

const linesOf = (path: string): string[] => {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch {
    return [];
  }
};

/** Names of the steps whose end is in the journal, a torn line left out. */
const finishedSteps = (directory: string): string[] =>
  linesOf(join(directory, 'executions', 'running', 'work', 'one.jsonl')).flatMap((line) => {
    if (!line.endsWith('}')) return [];
    let record: JournalRecord;
    try {
      record = JSON.parse(line) as JournalRecord;
    } catch {
      return [];
    }
    if (record.kind !== 'changed') return [];
    return record.operations.flatMap(({ type, status, name }) =>
      type === 'STEP' && status === 'SUCCEEDED' ? [name ?? 'ask'] : [],
    );
  });

/** Starts the program again and again until it is not killed any more. */
const runKilled = async (writes: number, torn: 'torn' | 'whole') => {
  const directory = testDirectory();
  const epoch = String(Date.now());
  const repeated: string[] = [];
  for (let kills = 0; ; kills += 1) {
    const finished = finishedSteps(directory);
    const noted = linesOf(join(directory, 'notes')).length;
    const { signal, stdout } = await run([directory, String(writes), torn, epoch]);
    const runs = linesOf(join(directory, 'notes')).slice(noted);
    repeated.push(...finished.filter((name) => runs.includes(`run ${name}`)));
    if (signal !== null) continue;
    const notes = linesOf(join(directory, 'notes'));
    const written = linesOf(join(directory, 'journal')).length;
    return { kills, repeated, written, notes, ending: JSON.parse(stdout) as unknown };
  }
};

describe('an execution whose process is killed', () => {
  const ENDING = {
    status: 'SUCCEEDED',
    result: JSON.stringify({ first: 'first of 1', answer: 'yes', inner: ['inner of 1', 'last of 1'] }),
  };

  it('never, runs each step once', async () => {
    const { kills, ending, notes } = await runKilled(1_000, 'whole');
    expect({ kills, ending }).toEqual({ kills: 0, ending: ENDING });
    expect(notes).toEqual(['run first', 'run ask', 'run inner', 'run last', 'ended SUCCEEDED']);
  });

  it('after each write of its journal ends the same, and runs no finished step again', async () => {
    const { kills, repeated, written, ending } = await runKilled(1, 'whole');
    expect(ending).toEqual(ENDING);
    expect(repeated).toEqual([]);
    expect(written).toBeGreaterThan(10);
    expect(kills).toBe(written);
  });

  it(`in the middle of each ${FULL ? 'write' : 'third write'} of its journal ends the same, and runs no finished step again`, async () => {
    const { kills, repeated, written, ending } = await runKilled(WHOLE, 'torn');
    expect(ending).toEqual(ENDING);
    expect(repeated).toEqual([]);
    expect(written).toBeGreaterThan(10);
    // After the last there is none in whose middle it could end.
    expect(kills).toBe(Math.ceil(written / WHOLE) - 1);
  });
});
