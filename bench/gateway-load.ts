import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** What is asked of a way to a model: so many at a time, for so long, as events or as JSON. */
export interface Load {
  readonly connections: number;
  readonly ms: number;
  readonly stream: boolean;
  /** Between an answer and the next request of a connection. Default: none, so that whatever answers is always busy. */
  readonly pauseMs?: number;
}

/** How one request went, in milliseconds. */
export interface Timing {
  readonly totalMs: number;
  /** From the upstream's first byte to the first one that arrived. */
  readonly delayMs: number;
}

export interface Driven {
  readonly timings: readonly Timing[];
  readonly elapsedMs: number;
}

const TO_MS = 1e-6;

/** Nanoseconds of the machine's monotonic clock, which all of its processes share. */
export const now = (): bigint => process.hrtime.bigint();

/** Marks where an answer has the instant at which the upstream sent it, in nanoseconds of `now`. */
export const MARK = '@';
/** More than a machine's clock ever has. */
export const STAMP_DIGITS = 20;

/** The instants of one answer: asked, first byte and last byte of it. Throws when it has no stamp. */
export const timingOf = (askedAt: bigint, firstAt: bigint, endedAt: bigint, answer: Buffer): Timing => {
  const at = answer.indexOf(MARK) + 1;
  const stamp = answer.toString('latin1', at, at + STAMP_DIGITS);
  if (!/^\d{20}$/.test(stamp)) throw new Error('An answer is not the one that the upstream gave.');
  return { totalMs: Number(endedAt - askedAt) * TO_MS, delayMs: Number(firstAt - BigInt(stamp)) * TO_MS };
};

/** Asks again when it was answered, on each connection. Rejects with the first request that fails. */
export const driveLoad = async (
  { connections, ms, pauseMs = 0 }: Omit<Load, 'stream'>,
  once: () => Promise<Timing>,
  most = Infinity,
): Promise<Driven> => {
  const timings: Timing[] = [];
  const began = performance.now();
  let begun = 0;
  const work = async (_: unknown, at: number) => {
    // Not all at once: each begins at its own time of the pause.
    if (pauseMs > 0) await pause((pauseMs * at) / connections);
    while (begun < most && performance.now() - began < ms) {
      begun += 1;
      timings.push(await once());
      if (pauseMs > 0) await pause(pauseMs);
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
  return { timings, elapsedMs: performance.now() - began };
};

/** CPU that the threads of a process have had so far, in milliseconds, to the nanosecond; Linux only, as is the embedded engine. */
export const cpuMsOf = (pid: number): number =>
  readdirSync(`/proc/${pid}/task`)
    .map((thread) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]))
    .reduce((sum, ns) => sum + ns * TO_MS, 0);

/** The value that a share of all is not above; `NaN` of nothing. */
export const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? NaN;
