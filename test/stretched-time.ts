/*
 * Preloaded by `--import` into a server: each of its milliseconds lasts `TEST_STRETCH` of the machine's.
 * The product has no switch for it, and nobody can pass a clock to a process of its own.
 */

const stretch = Number(process.env['TEST_STRETCH']);
const beganAt = Number(process.env['TEST_STRETCH_BEGAN_AT']);

const { setTimeout: timer } = globalThis;
const { now } = Date;
const monotonic = performance.now.bind(performance);

Date.now = () => Math.floor(beganAt + (now() - beganAt) / stretch);
performance.now = () => monotonic() / stretch;
const stretched = (act: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => timer(act, ms * stretch, ...args);
globalThis.setTimeout = stretched as typeof setTimeout;
