import { alarms } from './alarms.ts';
import { books } from './books.ts';
import type { SmokeCheck } from './check.ts';
import { circuits } from './circuits.ts';
import { GATEWAY } from './gateway.ts';
import { limits } from './limits.ts';
import { REACH } from './reach.ts';
import { RUNS } from './runs.ts';
import { WATCH } from './watch.ts';

/** All checks in their order: first what costs nothing, and at the end what takes many requests of the key's minute. */
export const SMOKE_CHECKS: Readonly<Record<string, SmokeCheck>> = {
  ...REACH,
  alarms,
  ...WATCH,
  ...RUNS,
  ...GATEWAY,
  books,
  limits,
  circuits,
};
