import { fileURLToPath } from 'node:url';
import { nearestName } from '../../kernel/nearest-name.ts';

declare global {
  /** Set by a build, which has checked the definitions that it bundles: no function carries what checks them. */
  const BALLAST_CHECKED: true | undefined;
}

/** Where an agent or a tool was defined. Its stack is read only where the definition turns out to be wrong. */
export type DefinedAt = Pick<Error, 'stack'>;

export const definedHere = (): DefinedAt => new Error('defined here');

/** A definition that cannot be used: one sentence, with the user's own file and line before it. */
export class DefinitionError extends TypeError {
  override readonly name = 'DefinitionError';
}

/** A frame of a stack: its file, as a path or a URL, and its line. */
const FRAME = /^\s*at (?:.*\()?((?:file:\/\/)?\/[^()]*?):(\d+):\d+\)?$/;

const OWN = /\/lib\/agent\/define\/[a-z-]+\.[jt]s$/;

/** As `agents/support.ts:12`, below the working directory, or whole; `null`: nobody can tell. */
const placeOf = ({ stack = '' }: DefinedAt, directory = process.cwd()): string | null => {
  for (const line of stack.split('\n')) {
    const [, file = '', at] = FRAME.exec(line) ?? [];
    const path = file.startsWith('file:') ? fileURLToPath(file) : file;
    if (path === '' || OWN.test(path)) continue;
    return `${path.startsWith(`${directory}/`) ? path.slice(directory.length + 1) : path}:${at}`;
  }
  return null;
};

/** What is wrong with a definition, as an error that names its place. */
export const definitionError = (definedAt: DefinedAt, sentence: string, cause?: unknown): DefinitionError => {
  const place = typeof BALLAST_CHECKED === 'undefined' ? placeOf(definedAt) : null;
  return new DefinitionError(place === null ? sentence : `${place}: ${sentence}`, cause === undefined ? {} : { cause });
};

/** Throws the sentence of the first check that does not hold, and what name the definition has. */
export type Check = (holds: boolean, sentence: string) => void;

export const checking =
  (definedAt: DefinedAt, name: string): Check =>
  (holds, sentence) => {
    if (!holds) throw definitionError(definedAt, `${name}: ${sentence}`);
  };

/** Holds the names of options to the known ones. `gone`: what there is instead of some that one may expect. */
export const checkNames = (
  check: Check,
  options: object,
  known: Readonly<Record<string, true>>,
  gone: Readonly<Record<string, string>> = {},
): void => {
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(known, name)) continue;
    check(!Object.hasOwn(gone, name), `${name} is not an option: ${gone[name]}`);
    const meant = nearestName(name, Object.keys(known));
    const hint = meant === null ? `There are ${Object.keys(known).join(', ')}.` : `Did you mean ${meant}?`;
    check(false, `${name} is not an option. ${hint}`);
  }
};

export const isText = (value: unknown): boolean => typeof value === 'string';

/** A whole number within bounds. */
export const isWhole = (value: unknown, least: number, most: number): boolean =>
  Number.isInteger(value) && Number(value) >= least && Number(value) <= most;

export const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A schema of zod, whichever of its builds made it. */
export const isSchema = (value: unknown): boolean => isObject(value) && '_zod' in value;

/** What one may set of a circuit. */
export const CIRCUIT_OPTIONS = {
  failureThreshold: true,
  failureRatio: true,
  failureWindowMs: true,
  breakDurationMs: true,
  successThreshold: true,
} as const;

/** Holds the settings of a circuit to what they can be. */
export const checkCircuit = (check: Check, circuit: object, known: Readonly<Record<string, true>>): void => {
  checkNames((holds, sentence) => check(holds, `circuit.${sentence}`), circuit, known);
  for (const [name, value] of Object.entries<unknown>(circuit as Readonly<Record<string, unknown>>))
    if (name === 'failureRatio')
      check(typeof value === 'number' && value > 0 && value <= 1, 'circuit.failureRatio is above 0 and at most 1.');
    else if (name !== 'name') check(isWhole(value, 1, 900_000), `circuit.${name} is a whole number from 1.`);
};

/** Holds a list to the words that it may have, each once. */
export const checkKinds = (check: Check, name: string, given: unknown, kinds: readonly string[]): void =>
  check(
    Array.isArray(given) && given.every((kind, at) => kinds.includes(String(kind)) && given.indexOf(kind) === at),
    `${name} is a list of ${kinds.join(', ')}, each once; [] for none.`,
  );
