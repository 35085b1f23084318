import { BREAKS } from './breaks.ts';
import type { Fault } from './fault.ts';
import { ODD_ANSWERS } from './odd-answers.ts';
import { REFUSALS } from './refusals.ts';
import { SILENCES } from './silences.ts';

/** The whole table; a row's number is its place in it. */
export const FAULTS: readonly Fault[] = [...REFUSALS, ...SILENCES, ...BREAKS, ...ODD_ANSWERS];

/** What the upstream answers to the row of that number, if it answers at all: a text of several events, and no other row's. */
export const rightText = (row: number): string =>
  `Row ${row}: what was laid into the hold keeps her upright when the wind gets up.`;
