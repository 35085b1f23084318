import type { ServedInstead } from '../claude/types.ts';

/** Says that another model answered than the one that was asked; the body's `model` says which. */
export const degradedHeader = (instead: ServedInstead | undefined): Readonly<Record<string, string>> =>
  instead === undefined ? {} : { 'x-ballast-degraded': 'fallback-model' };
