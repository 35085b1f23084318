import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { compileFunction } from 'node:vm';
import ts from 'typescript';
import type * as Redaction from '../../../lib/redaction/redactor.ts';

const ROOT = path.resolve(import.meta.dirname, '../../../lib/redaction');
const ENTRY = path.join(ROOT, 'redactor.ts');

/** The modules of `lib/redaction` by their names there, as their files have them. */
export const sources: ReadonlyMap<string, string> = new Map(
  readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => [name, readFileSync(path.join(ROOT, name), 'utf8')]),
);

/** Loops that a text may make at most: what makes more never ends. */
const MOST_LOOPS = 200_000;

/** Counts what each loop does, so that one without an end throws, on whatever machine. */
const counted: ts.TransformerFactory<ts.SourceFile> = (context) => {
  const { factory } = context;
  const step = () =>
    factory.createExpressionStatement(factory.createCallExpression(factory.createIdentifier('$loop'), undefined, []));
  const body = (inner: ts.Statement) => factory.createBlock([step(), inner]);
  const visit = (node: ts.Node): ts.Node => {
    const seen = ts.visitEachChild(node, visit, context);
    if (ts.isWhileStatement(seen)) return factory.updateWhileStatement(seen, seen.expression, body(seen.statement));
    if (ts.isForStatement(seen))
      return factory.updateForStatement(seen, seen.initializer, seen.condition, seen.incrementor, body(seen.statement));
    return seen;
  };
  return (file) => ts.visitEachChild(file, visit, context);
};

type Body = (exports: object, require: (name: string) => object, loop: () => void) => void;

const compile = (source: string): Body => {
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ESNext };
  const { outputText } = ts.transpileModule(source, { compilerOptions, transformers: { before: [counted] } });
  return compileFunction(outputText, ['exports', 'require', '$loop']) as Body;
};

const unchanged = new Map([...sources].map(([name, source]) => [path.join(ROOT, name), compile(source)] as const));

export interface Loaded extends Pick<typeof Redaction, 'createRedactor' | 'redact' | 'redactJoined'> {
  /** Counts from nothing again. */
  begin(): void;
}

/** The redaction with one module in another form, or as it is; throws where that cannot be loaded. */
export const load = (name?: string, source = ''): Loaded => {
  let loops = 0;
  const loop = () => {
    loops += 1;
    if (loops > MOST_LOOPS) throw new Error('a loop without an end');
  };
  const changed = name === undefined ? undefined : { file: path.join(ROOT, name), body: compile(source) };
  const loaded = new Map<string, object>();
  const requireFrom = (folder: string) => (to: string) => {
    const file = path.resolve(folder, to);
    const known = loaded.get(file);
    if (known !== undefined) return known;
    const exports = {};
    loaded.set(file, exports);
    const body = changed?.file === file ? changed.body : unchanged.get(file);
    body?.(exports, requireFrom(path.dirname(file)), loop);
    return exports;
  };
  const { createRedactor, redact, redactJoined } = requireFrom(ROOT)(ENTRY) as typeof Redaction;
  return { createRedactor, redact, redactJoined, begin: () => void (loops = 0) };
};
