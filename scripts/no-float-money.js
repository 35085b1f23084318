import ts from 'typescript';

/** Names that hold an amount, exact as a bigint or as decimal text. */
const MONEY = /(?:usd|cost|spent|price)s?$/i;

/** A bare `cost` may be a number of permits, which are what a rate limit counts. */
const PERMITS = 'cost';

const CONVERSIONS = new Set(['Number', 'parseFloat', 'parseInt']);

const nameOf = (node) => {
  switch (node.type) {
    case 'Identifier':
      return node.name;
    case 'Literal':
      return String(node.value);
    case 'MemberExpression':
      return nameOf(node.property);
    case 'CallExpression':
      return nameOf(node.callee);
    case 'TSAsExpression':
    case 'TSNonNullExpression':
    case 'ChainExpression':
      return nameOf(node.expression);
    default:
      return '';
  }
};

const has = (type, flags) =>
  type.isUnionOrIntersection() ? type.types.some((part) => has(part, flags)) : (type.flags & flags) !== 0;

/** One amount over another is a count, as of the tokens that are affordable; over a literal it is another unit of money. */
const isCount = (node) =>
  node.type === 'BinaryExpression' && node.operator === '/' && !('bigint' in node.right && node.right.bigint);

/** Money is never a float: no amount is converted to a number, and nothing that is named like one is a number. */
export const noFloatMoney = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      converted: 'Money is never a float: keep the amount as PicoUsd, or as the text of formatUsd.',
      number: 'Money is never a float: {{name}} is to be PicoUsd, or the text of formatUsd.',
    },
  },
  create(context) {
    const services = context.sourceCode.parserServices;
    const is = (node, flags) => has(services.getTypeAtLocation(node), flags);

    const checkConversion = (node, argument) => {
      if (argument === undefined || argument.type === 'SpreadElement' || isCount(argument)) return;
      if (is(argument, ts.TypeFlags.BigIntLike) || MONEY.test(nameOf(argument))) {
        context.report({ node, messageId: 'converted' });
      }
    };
    const checkName = (name, typed) => {
      if (MONEY.test(nameOf(name)) && nameOf(name) !== PERMITS && is(typed, ts.TypeFlags.NumberLike)) {
        context.report({ node: name, messageId: 'number', data: { name: nameOf(name) } });
      }
    };

    return {
      CallExpression(node) {
        if (CONVERSIONS.has(nameOf(node.callee))) checkConversion(node, node.arguments[0]);
      },
      'UnaryExpression[operator="+"]'(node) {
        checkConversion(node, node.argument);
      },
      VariableDeclarator({ id }) {
        if (id.type === 'Identifier') checkName(id, id);
      },
      'Property[computed=false]'({ parent, key, value }) {
        if (parent.type === 'ObjectExpression') checkName(key, value);
      },
      'TSPropertySignature[computed=false]'(node) {
        checkName(node.key, node);
      },
      ':function > Identifier.params'(node) {
        checkName(node, node);
      },
    };
  },
};
