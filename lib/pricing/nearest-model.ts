import { nearestName } from '../kernel/nearest-name.ts';

/** The parts of a name, whatever separates them and in whatever case. */
const partsOf = (name: string): string[] => name.toLowerCase().split(/[^a-z0-9]+/);

/** A version goes on after it: `5` of `5-6` is no model of the name before. */
const VERSION = /^\d{1,2}$/;

const isWithin = (name: readonly string[], known: readonly string[]): boolean =>
  name.some(
    (_part, at) =>
      known.every((part, offset) => name[at + offset] === part) && !VERSION.test(name[at + known.length] ?? ''),
  );

/** More parts than any model's name has, with what is put before and after it. */
const MAX_PARTS = 24;

/**
 * The known model that a name means which has something before or after it, such as `anthropic/`, `-latest`, `[1m]` or
 * `@20251001`, or a point for a dash, or that has a slip in it, but in no number; `null` where none is meant for certain.
 */
export const nearestModel = (name: string, known: readonly string[]): string | null => {
  const parts = partsOf(name);
  if (parts.length > MAX_PARTS) return null;
  const meant = known.filter((each) => isWithin(parts, partsOf(each)));
  return meant.sort((a, b) => b.length - a.length)[0] ?? nearestName(name, known);
};
