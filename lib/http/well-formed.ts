import { AppError, type FieldIssue } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';
import { invalidFields } from './issues/describe-issue.ts';

interface Place {
  readonly parent: Place | null;
  readonly step: string;
  readonly value: unknown;
}

/** A half of a surrogate pair comes as an escape, or not at all: UTF-8 has none. */
const HALF = /\\u[dD][89a-fA-F]/;

const MAX_NAMED = 20;
const MAX_PATH_CHARS = 200;

const pathOf = (place: Place): string => {
  const steps: string[] = [];
  for (let at: Place | null = place; at !== null && at.parent !== null; at = at.parent) steps.unshift(at.step);
  return steps.join('.').toWellFormed().slice(0, MAX_PATH_CHARS);
};

/** Values within one, each once; a loop, so that no depth takes the stack. */
function* placesWithin(value: unknown): Generator<Place, void, undefined> {
  const open: Place[] = [{ parent: null, step: '', value }];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    yield at;
    if (typeof at.value !== 'object' || at.value === null) continue;
    // Backwards: the last one that is put there is taken first.
    for (const [step, inner] of Object.entries(at.value).reverse()) open.push({ parent: at, step, value: inner });
  }
}

const isBroken = ({ step, value }: Place): boolean =>
  !step.isWellFormed() || (typeof value === 'string' && !value.isWellFormed());

/**
 * Refuses what has half of a surrogate pair anywhere, in a name or a text: it could be neither stored nor sent on as it
 * came. `text` is the body, `value` what it parses to. Throws `invalid-request` that names each such field, up to 20.
 */
export const checkWellFormed = (text: string, value: unknown): void => {
  if (text.isWellFormed() && !HALF.test(text)) return;
  const broken = [...placesWithin(value).filter(isBroken).take(MAX_NAMED)];
  if (broken.length === 0) return;
  const message = safe`must not contain a lone surrogate`;
  const issues = broken.map((place): FieldIssue => ({ path: pathOf(place), message }));
  throw new AppError('invalid-request', safe`The body has ${invalidFields(broken.length)}; see errors.`, { issues });
};
