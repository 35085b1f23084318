import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { PRIVATE } from '../private-file.ts';
import { type ExecutionKey, type Head, type JournalRecord, readJournal, type Recorded } from './journal-record.ts';

/**
 * The journals of one directory: a file of JSON lines for each execution, below `running` until its end has been delivered and
 * below `ended` from then on. So a start reads what is unfinished, and not what has piled up.
 *
 * A line that was written survives `kill -9` of the process: it is in the memory of the kernel, which needs no fsync for that.
 * A machine that loses power may lose the last seconds, which a development server may.
 */
export interface Journals {
  create(head: Head): void;
  append(key: ExecutionKey, record: JournalRecord): void;
  /** Moves the journal to those of ended executions, without what its steps returned: nobody asks for that any more. */
  retire(key: ExecutionKey): void;
  readEnded(key: ExecutionKey): Recorded | null;
  /** Names of the functions that have running executions, each with the file names of their journals. */
  listRunning(): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Cuts off a line that was torn by a kill, whose checkpoint nobody was answered. `null` where nothing is left. */
  readRunning(functionName: string, file: string): Recorded | null;
  /** Removes the journals of executions that ended before an instant, which may differ by function. */
  removeEnded(before: (functionName: string) => number): Promise<void>;
}

/** A file system may not tell capital letters from small ones, and a name may not contain a dot. */
const fileOf = (name: string): string => `${name.replaceAll(/[A-Z]/g, (letter) => `.${letter.toLowerCase()}`)}.jsonl`;

/** What is kept of an execution that has ended: which operations it took and when, and nothing of what they carried. */
const withoutContent = (line: string): string => {
  const record = JSON.parse(line) as JournalRecord;
  if (record.kind !== 'changed') return line;
  const operations = record.operations.map((operation) => {
    const { id, type, subType, status, name, startedAt } = operation;
    return {
      id,
      type,
      subType,
      status,
      name,
      startedAt,
      ...('endedAt' in operation && { endedAt: operation.endedAt }),
    };
  });
  return JSON.stringify({ kind: record.kind, operations });
};

const namesIn = (directory: string): Promise<string[]> => readdir(directory).catch(() => []);

const cutTornLine = (path: string): string => {
  const bytes = readFileSync(path);
  const end = bytes.lastIndexOf('\n') + 1;
  if (end < bytes.length) truncateSync(path, end);
  return bytes.toString('utf8', 0, end);
};

export const openJournals = (directory: string): Journals => {
  const [running, ended] = [join(directory, 'running'), join(directory, 'ended')];
  for (const each of [running, ended]) mkdirSync(each, { recursive: true });
  const runningPath = ({ functionName, name }: ExecutionKey) => join(running, functionName, fileOf(name));
  const endedPath = ({ functionName, name }: ExecutionKey) => join(ended, functionName, fileOf(name));

  const append = (path: string, record: JournalRecord, flag: 'a' | 'ax') => {
    try {
      appendFileSync(path, `${JSON.stringify(record)}\n`, { flag, mode: PRIVATE });
    } catch (error) {
      // A full disk may have taken a part of it: what is written next must not be glued to that.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') cutTornLine(path);
      throw error;
    }
  };

  return {
    create(head) {
      mkdirSync(join(running, head.functionName), { recursive: true });
      append(runningPath(head), { kind: 'started', head }, 'ax');
    },
    append: (key, record) => append(runningPath(key), record, 'a'),
    retire(key) {
      const path = runningPath(key);
      const lines = readFileSync(path, 'utf8').split('\n');
      const kept = lines.map((line) => (line === '' ? '' : withoutContent(line)));
      mkdirSync(join(ended, key.functionName), { recursive: true });
      // Whole before it has its name: what was running still is, should the process die here.
      const written = `${endedPath(key)}.part`;
      writeFileSync(written, kept.join('\n'), { mode: PRIVATE });
      renameSync(written, endedPath(key));
      rmSync(path);
    },
    readEnded: (key) => (existsSync(endedPath(key)) ? readJournal(readFileSync(endedPath(key), 'utf8')) : null),
    async listRunning() {
      const functions = await namesIn(running);
      const files = await Promise.all(functions.map((name) => namesIn(join(running, name))));
      return new Map(functions.map((name, index) => [name, files[index] ?? []]));
    },
    readRunning(functionName, file) {
      const path = join(running, functionName, file);
      const recorded = readJournal(cutTornLine(path));
      if (recorded === null) rmSync(path);
      return recorded;
    },
    async removeEnded(before) {
      for (const functionName of await namesIn(ended)) {
        for (const file of await namesIn(join(ended, functionName))) {
          const path = join(ended, functionName, file);
          // The last line is that of its end.
          const { mtimeMs } = await stat(path);
          if (mtimeMs < before(functionName)) await unlink(path);
        }
      }
    },
  };
};
