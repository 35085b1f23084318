import { readFileSync } from 'node:fs';
import path from 'node:path';
import { FILES, mutantsOf } from './mutants.ts';

export const ACCEPTED_FILE = path.join(import.meta.dirname, 'accepted.json');

/** The reason of those that nobody has looked at. */
export const UNREAD = 'Not looked at yet.';

/** The mutants of each file that no known text shows, by the reason why that is right. */
export type Accepted = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

export const readAccepted = (): Accepted => JSON.parse(readFileSync(ACCEPTED_FILE, 'utf8')) as Accepted;
export const accepted = readAccepted();

export const acceptedOf = (file: string): readonly string[] => Object.values(accepted[file] ?? {}).flat();

/** The titles of mutants that were judged: of all, and of those that nothing shows. */
export interface Judged {
  readonly mutants: number;
  readonly unseen: readonly string[];
}

/** How many there are, for each file, as a table of Markdown. */
export const mutantTable = (judged: ReadonlyMap<string, Judged>, list: Accepted = accepted): string => {
  const rows = FILES.filter((file) => mutantsOf(file).length > 0).map((file) => {
    const { mutants, unseen } = judged.get(file) ?? { mutants: 0, unseen: [] };
    const unread = list[file]?.[UNREAD]?.length ?? 0;
    return `| \`${file}\` | ${mutants} | ${mutants - unseen.length} | ${unseen.length - unread} | ${unread} |`;
  });
  const head = ['changed file', 'changes', 'seen', 'unseen, a reason', 'unseen, no reason'];
  return [`| ${head.join(' | ')} |`, `| ${head.map(() => '---').join(' | ')} |`, ...rows].join('\n');
};
