import { label, safe } from '../lib/kernel/redacted.ts';
import { describeError } from '../lib/telemetry/describe-error.ts';
import type { Log } from '../lib/telemetry/log.ts';
import { counted } from '../lib/telemetry/terminal/run-line.ts';
import type { Running } from './launch.ts';
import { watchParent } from './watch-parent.ts';

/** What requests under way have after the first signal: longer than most runs, shorter than a person's patience. */
const GRACE_MS = 10_000;

/** Ctrl-C reaches the server from the terminal and once more through npm; what comes this close is one wish. */
const SAME_WISH_MS = 1_000;

/** What requests under way have where a server with newer code is to take the place of this one. */
const MAKE_ROOM_MS = 300;

export interface StopOptions {
  readonly running: Running;
  readonly log: Log;
  /** Whether `npm` is the parent: then its end is ours, or `kill -9` of it would leave us holding the port. */
  readonly underNpm: boolean;
  /** Tells a person at a terminal what is waited for; `null`: there is none, and the log has it. */
  readonly say: ((sentence: string) => void) | null;
  /** Calls it when another server is to take the place of this one. */
  readonly onMakeRoom: (makeRoom: () => void) => void;
}

const RUN = 'POST /agent/run';

/** What a server that is being stopped waits for, and what it does not; `null` where there is nothing of either. */
export const describeWait = (underWay: readonly string[], unfinishedRuns: number): string | null => {
  const runs = underWay.filter((request) => request === RUN).length;
  const others = underWay.length - runs;
  const awaited = [
    ...(runs === 0 ? [] : [counted(runs, 'run')]),
    ...(others === 0 ? [] : [counted(others, runs === 0 ? 'request' : 'other request')]),
  ].join(' and ');
  const sentences = [
    ...(awaited === '' ? [] : [`Waiting for ${awaited}, ${GRACE_MS / 1_000} s at most; Ctrl-C again ends at once.`]),
    ...(unfinishedRuns === 0
      ? []
      : [
          `${counted(unfinishedRuns, 'asynchronous run')} ${unfinishedRuns === 1 ? 'goes' : 'go'} on at the next start.`,
        ]),
  ];
  return sentences.length === 0 ? null : sentences.join(' ');
};

/** Ends the process, with everything that it started, when it is told to or cannot go on. */
export const stopWith = (process: NodeJS.Process, options: StopOptions): void => {
  const { running, log, underNpm, say, onMakeRoom } = options;
  let stopping: { readonly since: number; exitCode: number } | null = null;

  const stop = (graceMs: number, exitCode: number) => {
    stopping ??= { since: performance.now(), exitCode };
    stopping.exitCode = exitCode;
    const exit = () => process.exit(stopping?.exitCode);
    running.close(graceMs).then(exit, exit);
  };
  const tell = (signal: NodeJS.Signals) => {
    const [underWay, asyncRuns] = [running.underWay(), running.unfinishedRuns()];
    if (say === null)
      log.info(safe`stopping`, { signal: label(signal), graceMs: GRACE_MS, requests: underWay.length, asyncRuns });
    else say(describeWait(underWay, asyncRuns) ?? '');
  };
  const onSignal = (signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP') => {
    if (stopping === null) {
      tell(signal);
      return stop(signal === 'SIGHUP' ? 0 : GRACE_MS, 0);
    }
    if (performance.now() - stopping.since > SAME_WISH_MS) stop(0, 130);
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal).on('SIGHUP', onSignal);
  onMakeRoom(() => stop(MAKE_ROOM_MS, 0));

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
  if (underNpm) watchParent(process, (byShell) => stop(byShell ? GRACE_MS : 0, 0));
};
