import { readFileSync } from 'node:fs';
import { label, safe } from '../lib/kernel/redacted.ts';
import { describeError } from '../lib/telemetry/describe-error.ts';
import type { Log } from '../lib/telemetry/log.ts';
import type { Running } from './launch.ts';

/** What requests under way have after the first signal: longer than most runs, shorter than a person's patience. */
const GRACE_MS = 10_000;

/** Ctrl-C reaches the server from the terminal and once more through npm; what comes this close is one wish. */
const SAME_WISH_MS = 1_000;

/** How soon a server notices that the npm which started it was killed. */
const PARENT_POLL_MS = 100;

export interface StopOptions {
  readonly running: Running;
  readonly log: Log;
  /** Whether `npm` is the parent: then its end is ours, or `kill -9` of it would leave us holding the port. */
  readonly underNpm: boolean;
}

/**
 * Process id of the npm that started a shell which started us; `null` where the parent is no shell, but npm. Most shells become
 * the command that they are given; that of Debian waits for it. Linux alone: the shells of other systems become it.
 */
const npmBehind = (parent: number): number | null => {
  try {
    const [, name = '', above] = /^\d+ \((.*)\) \w (\d+)/.exec(readFileSync(`/proc/${parent}/stat`, 'latin1')) ?? [];
    return /^(?:sh|dash|ash|bash|busybox)$/.test(name) ? Number(above) : null;
  } catch {
    return null;
  }
};

/** Ends the process, with everything that it started, when it is told to or cannot go on. */
export const stopWith = (process: NodeJS.Process, { running, log, underNpm }: StopOptions): void => {
  let stopping: { readonly since: number; exitCode: number } | null = null;

  const stop = (graceMs: number, exitCode: number) => {
    stopping ??= { since: performance.now(), exitCode };
    stopping.exitCode = exitCode;
    const exit = () => process.exit(stopping?.exitCode);
    running.close(graceMs).then(exit, exit);
  };
  const onSignal = (signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP') => {
    if (stopping === null) {
      log.info(safe`stopping`, { signal: label(signal), graceMs: GRACE_MS });
      return stop(signal === 'SIGHUP' ? 0 : GRACE_MS, 0);
    }
    if (performance.now() - stopping.since > SAME_WISH_MS) stop(0, 130);
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal).on('SIGHUP', onSignal);

  // A promise that nobody awaits harms its own request alone; after an exception nobody caught nothing is sure.
  process.on('unhandledRejection', (error) => log.error(safe`unhandled rejection`, describeError(error)));
  process.on('uncaughtException', (error) => {
    log.error(safe`uncaught exception`, describeError(error));
    stop(0, 1);
  });
  void running.engineLost.then(() => {
    if (stopping !== null) return;
    process.stderr.write('The embedded database has ended by itself: run npm start again.\n');
    stop(0, 1);
  });

  const parent = process.ppid;
  const npm = npmBehind(parent);
  const watch = () => {
    // Its shell, which was told to end by npm and could not pass that on.
    if (process.ppid !== parent) stop(npm === null ? 0 : GRACE_MS, 0);
    else if (npmBehind(parent) !== npm) stop(0, 0);
  };
  if (underNpm) setInterval(watch, PARENT_POLL_MS).unref();
};
