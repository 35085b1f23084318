import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const ROOT = path.resolve(import.meta.dirname, '..', '..');

export interface Document {
  /** From the project's directory. */
  readonly path: string;
  readonly text: string;
}

/** A fenced block, with what stands directly around it. */
export interface Block {
  readonly document: string;
  readonly line: number;
  readonly language: string;
  readonly text: string;
  /** Why it is not run: `<!-- not run: reason -->` directly before it. */
  readonly reason: string | null;
  /** The `json` block directly after it, or a `text` block of events. */
  readonly output: string | null;
}

export const read = (file: string): Document => ({
  path: file,
  text: readFileSync(path.join(ROOT, file), 'utf8'),
});

/** README.md first: its blocks are run on a fresh server. */
export const documents = (): Document[] => [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md', 'local/simulated-claude/README.md'].map(read),
  ...readdirSync(path.join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => read(path.posix.join('docs', name.replaceAll(path.sep, '/')))),
  ...readdirSync(path.join(ROOT, 'lib'))
    .map((room) => `lib/${room}/README.md`)
    .filter((file) => existsSync(path.join(ROOT, file)))
    .sort()
    .map(read),
];

const FENCE = /^```(\w+)\n([\s\S]*?)^```$/gm;

export const blocksOf = ({ path: document, text }: Document): Block[] => {
  const found = [...text.matchAll(FENCE)];
  return found.map((match, at) => {
    const [whole, language = '', body = ''] = match;
    const next = found[at + 1];
    const end = match.index + whole.length;
    const shown = next !== undefined && /^(?:json|text)$/.test(next[1] ?? '') ? next : null;
    const follows = shown !== null && text.slice(end, shown.index).trim() === '';
    return {
      document,
      line: text.slice(0, match.index).split('\n').length,
      language,
      text: body,
      reason: /<!-- not run: (.+) -->\s*$/.exec(text.slice(0, match.index))?.[1] ?? null,
      output: follows ? (shown[2] ?? null) : null,
    };
  });
};

const cells = (row: string): string[] =>
  row
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim());

/** The rows of the one table that has exactly these columns, by column. */
export const tableOf = <Column extends string>(
  { path: document, text }: Document,
  ...columns: readonly Column[]
): Record<Column, string>[] => {
  const lines = text.split('\n').map((line) => (line.startsWith('|') ? cells(line) : null));
  const head = lines.findIndex((line) => line?.join() === columns.join());
  if (head < 0) throw new Error(`${document} has no table of ${columns.join(', ')}`);
  const rows: Record<Column, string>[] = [];
  for (const line of lines.slice(head + 2)) {
    if (line === null) break;
    rows.push(Object.fromEntries(columns.map((column, at) => [column, line[at] ?? ''])) as Record<Column, string>);
  }
  return rows;
};

/** What stands in back-quotes. */
export const codes = (cell = ''): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

/** For the columns in which each cell is one such word. */
export const code = (cell = ''): string => codes(cell)[0] ?? '';
