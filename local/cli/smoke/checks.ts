import { BOOKS } from './books.ts';
import type { SmokeCheck } from './check.ts';
import { GATEWAY } from './gateway.ts';
import { REACH } from './reach.ts';
import { RUNS } from './runs.ts';
import { WATCH } from './watch.ts';

/** All checks in their order: first what costs nothing. */
export const SMOKE_CHECKS: Readonly<Record<string, SmokeCheck>> = { ...REACH, ...WATCH, ...RUNS, ...GATEWAY, ...BOOKS };
