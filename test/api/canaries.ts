import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { StoredItem } from '../scan-tables.ts';

/** Ways in which words come into Ballast, each with a word of its own that is found wherever it goes. */
export const CANARIES = {
  task: 'canary-task-7f3a',
  answer: 'canary-answer-7f3a',
  toolInput: 'canary-input-7f3a',
  toolResult: 'canary-result-7f3a',
  upstreamError: 'canary-error-7f3a',
  header: 'canary-header-7f3a',
  credential: 'canary-credential-7f3a',
  tenantName: 'canary-name-7f3a',
  keyName: 'canary-key-7f3a',
  /** An end user, as requests name them. */
  userId: 'canary-user-7f3a',
  /** An end user, as a token names its subject. */
  subject: 'canary-subject-7f3a',
  /** An end user, as an administrator names who is to be erased. */
  erasedUser: 'canary-erased-7f3a',
  /** In a task, in the form of a key of the provider. */
  secret: 'sk-ant-api03-' + 'aB3dE5fG7h'.repeat(9) + 'jK1mN3-pQ5rS7tAA',
} as const;
type Channel = keyof typeof CANARIES;

/**
 * Where each may be found at the end, and where it must be: items of tables by kind (docs/data.md), the answers that clients
 * got, what receivers of webhooks got, what the provider was sent, and the journal of a run under way. It is nowhere else: in no output, log file, span,
 * alert or other item.
 */
export const MAY_BE: Readonly<Record<Channel, readonly string[]>> = {
  task: ['provider', 'provider (gateway)', 'runs input'],
  answer: ['answers', 'control idem#', 'runs e#', 'runs run', 'webhooks'],
  toolInput: ['answers', 'journal', 'provider', 'runs e#', 'runs inbox', 'webhooks'],
  toolResult: ['journal', 'provider'],
  upstreamError: [],
  header: ['provider (gateway)'],
  credential: [],
  tenantName: ['answers', 'ledger audit', 'ledger tenants'],
  keyName: ['answers', 'ledger audit', 'ledger key#', 'ledger tenant-keys#'],
  userId: ['answers', 'ledger user-name#', 'provider (gateway)', 'runs input'],
  subject: ['answers', 'ledger audit', 'ledger user-name#'],
  erasedUser: [],
  secret: ['provider'],
};

/** What is there beside that with `CONTENT_RETENTION=run`: the kept content, and the trace that shows it. */
const KEPT: Readonly<Partial<Record<Channel, readonly string[]>>> = {
  task: ['answers', 'runs content'],
  toolInput: ['runs content'],
  toolResult: ['answers', 'runs content'],
};

/** By channel, in their order. */
export const mayBe = (retention: string): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    Object.entries(MAY_BE).map(([channel, usual]) => {
      const kept = retention === 'run' ? (KEPT[channel as Channel] ?? []) : [];
      return [channel, [...new Set([...usual, ...kept])].toSorted()];
    }),
  );

const kindOf = (pk: string, sk: string): string => {
  if (/\/run_\w{26}$/.test(pk)) return sk.replace(/(?<=#).*/, '');
  return pk.replace(/(?<=#).*/, '');
};

const textOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // A journal moves when its run ends.
    return '';
  }
};

/** What a server has in its directory: `log`, `journal` of runs under way, and any other file by its path. */
export const filesOf = (directory: string): [place: string, text: string][] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map(({ parentPath, name }) => {
      const file = path.relative(directory, path.join(parentPath, name));
      if (/(?:^|\/)log\.jsonl(?:\.1)?$/.test(file)) return ['log', textOf(path.join(directory, file))];
      return [/\/running\//.test(file) ? 'journal' : file, textOf(path.join(directory, file))];
    });

/** Where each canary is, by channel: kinds of items, and places with their text. */
export const whereAre = (items: readonly StoredItem[], places: readonly (readonly [string, string])[]) => {
  const placesOf = (word: string): string[] => {
    const stored = items.filter((item) => JSON.stringify(item).includes(word));
    const kinds = stored.map(({ table, pk, sk }) => `${table.replace('Table', '').toLowerCase()} ${kindOf(pk, sk)}`);
    const elsewhere = places.flatMap(([place, text]) => (text.includes(word) ? [place] : []));
    return [...new Set([...kinds, ...elsewhere])].toSorted();
  };
  return Object.fromEntries(Object.entries(CANARIES).map(([channel, word]) => [channel, placesOf(word)]));
};

/** Where what was written once stays, and no word may be. */
const NEVER: ReadonlySet<string> = new Set(['output', 'log', 'spans', 'slack', 'signed alerts', 'mail']);

/** Of what was found: each channel with a place of those. Whatever waits for the rest need not wait for these. */
export const leaksIn = (found: Readonly<Record<string, readonly string[]>>): string[] =>
  Object.entries(found).flatMap(([channel, places]) =>
    places.filter((place) => NEVER.has(place)).map((place) => `${channel} in ${place}`),
  );
