import type { Finding } from './check.ts';

/** Models and their prices change several times a year. */
const OLD_AFTER_MS = 183 * 24 * 3_600_000;

/** How old the price table is, whose figures were gathered in that month, such as `2026-11`: said from half a year on. */
export const findingOfPrices = (asOf: string, now: number): Finding =>
  now - Date.parse(`${asOf}-01`) <= OLD_AFTER_MS
    ? { status: 'healthy' }
    : { status: 'degraded', detail: `prices are of ${asOf}: compare them with the provider’s list` };
