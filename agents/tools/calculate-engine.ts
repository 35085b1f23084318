import {
  absDependencies,
  acosDependencies,
  addDependencies,
  asinDependencies,
  atan2Dependencies,
  atanDependencies,
  cbrtDependencies,
  ceilDependencies,
  cosDependencies,
  coshDependencies,
  create,
  divideDependencies,
  expDependencies,
  factorialDependencies,
  type FactoryFunctionMap,
  floorDependencies,
  gcdDependencies,
  hypotDependencies,
  isConstantNode,
  isFunctionNode,
  isOperatorNode,
  isParenthesisNode,
  isSymbolNode,
  lcmDependencies,
  log2Dependencies,
  log10Dependencies,
  logDependencies,
  maxDependencies,
  meanDependencies,
  medianDependencies,
  minDependencies,
  modDependencies,
  multiplyDependencies,
  nthRootDependencies,
  parseDependencies,
  powDependencies,
  roundDependencies,
  signDependencies,
  sinDependencies,
  sinhDependencies,
  sqrtDependencies,
  subtractDependencies,
  sumDependencies,
  tanDependencies,
  tanhDependencies,
  unaryMinusDependencies,
  unaryPlusDependencies,
} from 'mathjs/number';
import { FUNCTION_NAMES } from './calculate-functions.ts';

const OPERATORS = [
  'add',
  'subtract',
  'multiply',
  'divide',
  'mod',
  'pow',
  'unaryMinus',
  'unaryPlus',
  'factorial',
] as const;

export type Apply = (...args: number[]) => unknown;

/**
 * The parser and the arithmetic that `calculate` needs of mathjs, named one by one: so the build leaves the rest out.
 * Nothing in it evaluates an expression.
 */
export const createEngine = () => {
  const factories = {
    absDependencies,
    acosDependencies,
    addDependencies,
    asinDependencies,
    atanDependencies,
    atan2Dependencies,
    cbrtDependencies,
    ceilDependencies,
    cosDependencies,
    coshDependencies,
    divideDependencies,
    expDependencies,
    factorialDependencies,
    floorDependencies,
    gcdDependencies,
    hypotDependencies,
    lcmDependencies,
    logDependencies,
    log10Dependencies,
    log2Dependencies,
    maxDependencies,
    meanDependencies,
    medianDependencies,
    minDependencies,
    modDependencies,
    multiplyDependencies,
    nthRootDependencies,
    parseDependencies,
    powDependencies,
    roundDependencies,
    signDependencies,
    sinDependencies,
    sinhDependencies,
    sqrtDependencies,
    subtractDependencies,
    sumDependencies,
    tanDependencies,
    tanhDependencies,
    unaryMinusDependencies,
    unaryPlusDependencies,
  };
  // Its types allow a factory to be missing; the library's do not.
  const math = create(factories as FactoryFunctionMap, {});
  const library = math as unknown as Readonly<Record<string, Apply>>;
  const pick = (names: readonly string[]) => new Map(names.map((name) => [name, library[name]]));
  const nodes = { isConstantNode, isFunctionNode, isOperatorNode, isParenthesisNode, isSymbolNode };
  const parse = (text: string) => math.parse(text);
  return { math: { ...nodes, parse }, operators: pick(OPERATORS), functions: pick(FUNCTION_NAMES) };
};

export type Engine = ReturnType<typeof createEngine>;
