import ts from 'typescript';
import { type Change, changesOfPattern } from './change-pattern.ts';

const OPERATORS: ReadonlyMap<ts.SyntaxKind, string> = new Map([
  [ts.SyntaxKind.LessThanToken, '<='],
  [ts.SyntaxKind.LessThanEqualsToken, '<'],
  [ts.SyntaxKind.GreaterThanToken, '>='],
  [ts.SyntaxKind.GreaterThanEqualsToken, '>'],
  [ts.SyntaxKind.EqualsEqualsEqualsToken, '!=='],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, '==='],
  [ts.SyntaxKind.AmpersandAmpersandToken, '||'],
  [ts.SyntaxKind.BarBarToken, '&&'],
  [ts.SyntaxKind.PlusEqualsToken, '-='],
  [ts.SyntaxKind.MinusEqualsToken, '+='],
]);

const METHODS: ReadonlyMap<string, string> = new Map([
  ['min', 'max'],
  ['max', 'min'],
  ['some', 'every'],
  ['every', 'some'],
]);

const isPattern = (text: string): boolean => /\(\?|\[.*\]|\\\\|\{\d|\?$/.test(text);
const isWords = (text: string): boolean => /^[^\s\\]+(?: [^\s\\]+)+$/.test(text);

const inSet = (node: ts.Node): boolean =>
  ts.isCallExpression(node.parent) && /^(?:charSet|wide)$/.test(node.parent.expression.getText());
const isAlphabet = (text: string): boolean => /abcdefghij|ABCDEFGHIJ|^0123456789$/.test(text);

const without = (text: string, pattern: RegExp, begin: number): Change[] =>
  [...text.matchAll(pattern)].map(([found], at, all) => {
    const from = begin + (all[at]?.index ?? 0);
    return { from, to: from + found.length, text: '' };
  });

/** Of a text between quotes, or a part of a template: what of it can be left out or counted otherwise. */
const changesOfText = (text: string, begin: number, node: ts.Node): Change[] => {
  if (inSet(node) || (ts.isTemplateSpan(node.parent) && inSet(node.parent.parent)) || isAlphabet(text))
    return without(text, /[A-Z]{2,}|[a-z]{2,}|\d{2,}|\\u\{[^}]*\}|\\?[^]/g, begin);
  if (isWords(text)) return without(text, /\S+ ?/g, begin);
  const isWhole = ts.isStringLiteral(node);
  return isPattern(text) || !isWhole
    ? changesOfPattern(text, isWhole, true).map(({ from, to, text: other }) => ({
        from: begin + from,
        to: begin + to,
        text: other,
      }))
    : [];
};

const replaced = (node: ts.Node, text: string): Change => ({ from: node.getStart(), to: node.getEnd(), text });

/** Each entry left out, but where the place of each has a name. */
const withoutEntries = (list: ts.ArrayLiteralExpression): Change[] =>
  ts.isVariableDeclaration(list.parent) && ts.isArrayBindingPattern(list.parent.name)
    ? []
    : list.elements.map((entry, at) => ({
        from: entry.getStart(),
        to: list.elements[at + 1]?.getStart() ?? list.elements.end,
        text: '',
      }));

const isNamed = (node: ts.Node): boolean =>
  !ts.isSourceFile(node) && ts.isPropertyAssignment(node.parent) && node.parent.name === node;

const changesOfLiteral = (node: ts.Node): Change[] => {
  if (ts.isNumericLiteral(node))
    return [Number(node.text) - 1, Number(node.text) + 1].map((to) => replaced(node, String(to)));
  if (ts.isRegularExpressionLiteral(node)) {
    const end = node.text.lastIndexOf('/');
    const begin = node.getStart() + 1;
    const flags = [...node.text.slice(end + 1)].map((flag, at) => ({ flag, from: begin + end + at }));
    return [
      ...changesOfPattern(node.text.slice(1, end), true, false).map(({ from, to, text }) => ({
        from: begin + from,
        to: begin + to,
        text,
      })),
      ...flags.filter(({ flag }) => flag === 'i').map(({ from }) => ({ from, to: from + 1, text: '' })),
    ];
  }
  if (ts.isStringLiteral(node)) {
    const text = node.getText().slice(1, -1);
    const changes = changesOfText(text, node.getStart() + 1, node);
    const isEntry = ts.isArrayLiteralExpression(node.parent) || changes.length > 0 || text === '';
    return isEntry ? changes : [...changes, replaced(node, "''")];
  }
  if (ts.isTemplateHead(node) || ts.isTemplateMiddle(node) || ts.isTemplateTail(node)) {
    const text = node.getText().slice(1, ts.isTemplateTail(node) ? -1 : -2);
    return changesOfText(text, node.getStart() + 1, node);
  }
  if (node.kind === ts.SyntaxKind.TrueKeyword) return [replaced(node, 'false')];
  return node.kind === ts.SyntaxKind.FalseKeyword ? [replaced(node, 'true')] : [];
};

const conditionOf = (node: ts.Node): ts.Expression | undefined => {
  if (ts.isIfStatement(node)) return node.expression;
  return ts.isConditionalExpression(node) ? node.condition : undefined;
};

const isDropped = (node: ts.Node): node is ts.ExpressionStatement =>
  ts.isExpressionStatement(node) && (ts.isCallExpression(node.expression) || ts.isBinaryExpression(node.expression));

/** What nobody can tell from no value at all. */
const isNothing = (node: ts.Node): boolean =>
  node.kind === ts.SyntaxKind.FalseKeyword || (ts.isIdentifier(node) && node.text === 'NO');

const changesOfNode = (node: ts.Node): Change[] => {
  const condition = conditionOf(node);
  if (condition !== undefined) return [replaced(condition, 'true'), replaced(condition, 'false')];
  if (ts.isWhileStatement(node) && node.expression.kind !== ts.SyntaxKind.TrueKeyword)
    return [replaced(node.expression, 'false')];
  if (ts.isBinaryExpression(node)) {
    const to = OPERATORS.get(node.operatorToken.kind);
    return to === undefined ? [] : [replaced(node.operatorToken, to)];
  }
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken)
    return [replaced(node, node.operand.getText())];
  if (ts.isReturnStatement(node) && node.expression !== undefined && !isNothing(node.expression))
    return [replaced(node, 'return;')];
  if (ts.isArrowFunction(node) && !ts.isBlock(node.body)) return [replaced(node.body, '(undefined)')];
  if (isDropped(node)) return [replaced(node, ';')];
  if (ts.isPropertyAccessExpression(node)) {
    const to = METHODS.get(node.name.text);
    return to === undefined ? [] : [replaced(node.name, to)];
  }
  return ts.isArrayLiteralExpression(node) ? withoutEntries(node) : [];
};

/** Every one-spot change of a module, from its syntax tree. */
export const changesOfCode = (source: string): Change[] => {
  const changes: Change[] = [];
  const visit = (node: ts.Node) => {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isInterfaceDeclaration(node)) return;
    if (!isNamed(node)) changes.push(...changesOfNode(node), ...changesOfLiteral(node));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('a.ts', source, ts.ScriptTarget.Latest, true));
  return changes;
};
