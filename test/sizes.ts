/** Whether the sizes that the promises name are run (`npm run test:full`), or small ones that fit every change. */
export const FULL = process.env['FULL'] === '1';

/** How many times, how many of them. */
export const size = (small: number, full: number): number => (FULL ? full : small);
