import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');
const FOLDERS = ['agents', 'functions', 'lib', 'local', 'testing'];

interface Entry {
  /** One word, or several in a row, as they stand in a name. */
  readonly refused: string;
  readonly say: string;
  /** Where the word has the meaning that it should have. */
  readonly allowed?: RegExp;
  readonly within?: RegExp;
}

/** One meaning for each word: what a thing is not called, and what it is called. */
const DICTIONARY: readonly Entry[] = [
  { refused: 'told', say: 'shown, delivered, notified or upstreamMessage: whichever it is' },
  ...['settle', 'settled', 'settling'].map((refused) => ({
    refused,
    say: 'update, report or close; money alone settles',
    allowed: /^lib\/(?:accounts|budget|model-call\/(?:booking|metering)|telemetry|usage)\//,
  })),
  ...['turn', 'turns'].map((refused) => ({
    refused,
    say: 'nextKeys or bulkhead; a turn is a turn of a conversation',
    allowed:
      /^(?:lib\/(?:agent|model-call\/(?:metering|translate)|pricing\/bounds|run\/sessions)|testing|local\/simulated-claude)\//,
  })),
  { refused: 'keep', say: 'waitUntil, store or put', allowed: /keep-alive\.ts$/ },
  { refused: 'late', say: 'lazy' },
  { refused: 'carry', say: 'buffer' },
  { refused: 'blank lines', say: 'line scanner' },
  { refused: 'watchdog', say: 'stream timeouts' },
  { refused: 'silence', say: 'idle timeout' },
  { refused: 'grow', say: 'apply delta' },
  { refused: 'open blocks', say: 'content blocks' },
  { refused: 'least tokens', say: 'min input tokens' },
  { refused: 'worst', say: 'cost bound' },
  { refused: 'attempted', say: 'attempt event, or withStoreRetries' },
  { refused: 'tape', say: 'recording' },
  { refused: 'held stream', say: 'buffered head' },
  { refused: 'kept answer', say: 'stored answer' },
  { refused: 'passed on', say: 'forwarded headers' },
  { refused: 'beside', say: 'referenced models' },
  { refused: 'rewritten', say: 'reserialised' },
  { refused: 'give up', say: 'hang detector' },
  { refused: 'heard', say: 'recorded events, or onBytes' },
  { refused: 'outside', say: 'fake fetch' },
  { refused: 'idle clock', say: 'auto clock' },
  { refused: 'wire', say: 'in flight', within: /^testing\// },
  ...['ends', 'readings', 'writes'].map((refused) => ({
    refused,
    say: 'rests, reader or writer',
    within: /^lib\/rests\/[a-z-]+\.ts$/,
  })),
];

const messageOf = (name: string): string =>
  ` ${name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/[^A-Za-z0-9]+/g, ' ')
    .toLowerCase()
    .trim()} `;

const isExported = (node: ts.Statement): boolean =>
  ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);

/** What a statement exports: its own names, and the members of interfaces and object types. */
const namesIn = (statement: ts.Statement): string[] => {
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    if ((ts.isPropertySignature(node) || ts.isMethodSignature(node)) && ts.isIdentifier(node.name))
      names.push(node.name.text);
    if (!ts.isParameter(node)) ts.forEachChild(node, visit);
  };
  if (ts.isVariableStatement(statement))
    for (const { name } of statement.declarationList.declarations) if (ts.isIdentifier(name)) names.push(name.text);
  if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) {
    names.push(statement.name.text);
    visit(statement);
  }
  if ((ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) && statement.name)
    names.push(statement.name.text);
  return names;
};

const findings = (file: string, text: string): string[] => {
  const { statements } = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const names = [path.basename(file, '.ts'), ...statements.filter(isExported).flatMap(namesIn)];
  return names.flatMap((name) =>
    DICTIONARY.filter(
      ({ refused, allowed, within }) =>
        messageOf(name).includes(` ${refused} `) && allowed?.test(file) !== true && within?.test(file) !== false,
    ).map(({ say }) => `${file}: ${name}; say ${say}`),
  );
};

it('files, exports and their members are called by the field’s words, one meaning each', () => {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => path.posix.join(folder, name.replaceAll(path.sep, '/'))),
  );
  expect(files.length).toBeGreaterThan(400);
  expect(files.flatMap((file) => findings(file, readFileSync(path.join(root, file), 'utf8')))).toEqual([]);
});

it.each([
  ['a file', 'lib/alerts/told-targets.ts', ''],
  ['a value', 'lib/rate-limit/x.ts', 'export const createSettle = () => {};'],
  ['a type', 'lib/gateway/x.ts', 'export interface HeldStream {}'],
  ['a member', 'lib/model-call/x.ts', 'export interface Account { keep(write: Promise<void>): void }'],
  ['a member of a kind', 'lib/kernel/x.ts', "export type A = { readonly kind: 'a'; readonly worst: number } | null;"],
])('%s in an old word is found', (_title, file, text) => {
  expect(findings(file, text)).toHaveLength(1);
});

it('a word is refused where it has another meaning only', () => {
  expect(findings('lib/budget/x.ts', 'export const settle = () => {};')).toEqual([]);
  expect(findings('lib/agent/loop/x.ts', 'export interface Turn { readonly kind: string }')).toEqual([]);
  expect(findings('lib/usage/x.ts', 'export const latest = 1;')).toEqual([]);
});
