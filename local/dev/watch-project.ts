import { type FSWatcher, watch } from 'node:fs';
import type { Clock } from '../../lib/kernel/clock.ts';
import { type Change, changesBetween } from './changes.ts';
import { IN_ROOT, readProjectFiles } from './project-files.ts';

/** An editor, or a checkout, writes several files in a row: a change is told when it has been quiet for so long, */
const QUIET_MS = 50;
/** but at the latest so long after the first of them. */
const MOST_MS = 500;
/** Where the system tells of no changes, they are looked for. */
const POLL_MS = 500;

export interface WatchOptions {
  readonly directory: string;
  readonly clock: Clock;
  readonly onChange: (changes: readonly Change[]) => void;
  /** Default: the system's. */
  readonly watchFolder?: (folder: string, onEvent: (name: string | null) => void) => Pick<FSWatcher, 'close' | 'on'>;
}

const systemWatch: NonNullable<WatchOptions['watchFolder']> = (folder, onEvent) =>
  watch(folder, (_type, name) => onEvent(name));

/**
 * Tells of each file of a project that has changed. It asks the system to be told of folders, not of files, which editors
 * replace; and looks by itself, twice a second, where the system has no room for that.
 */
export const watchProject = ({ directory, clock, onChange, watchFolder = systemWatch }: WatchOptions): Disposable => {
  const watchers = new Map<string, Pick<FSWatcher, 'close'>>();
  let { stamps, folders } = readProjectFiles(directory);
  let callOff: (() => void) | null = null;
  let latestMs = 0;
  let isPolling = false;
  let isClosed = false;

  const look = () => {
    callOff = null;
    if (isClosed) return;
    const next = readProjectFiles(directory);
    const changes = changesBetween(stamps, next.stamps);
    ({ stamps, folders } = next);
    // What came into a new folder before anybody looked is not told by the system.
    if (attend()) soon();
    if (changes.length > 0) onChange(changes);
    if (isPolling) callOff ??= clock.after(POLL_MS, look);
  };
  const soon = () => {
    if (isPolling || isClosed) return;
    const now = clock.monotonicMs();
    if (callOff === null) latestMs = now + MOST_MS;
    callOff?.();
    callOff = clock.after(Math.max(0, Math.min(QUIET_MS, latestMs - now)), look);
  };
  const poll = () => {
    if (isPolling || isClosed) return;
    isPolling = true;
    callOff?.();
    callOff = clock.after(POLL_MS, look);
  };
  /** Whether it attends to folders that it did not know. */
  const attend = (): boolean => {
    let isNew = false;
    for (const [folder, watcher] of watchers) {
      if (folders.includes(folder)) continue;
      watcher.close();
      watchers.delete(folder);
    }
    for (const folder of folders) {
      if (isPolling || watchers.has(folder)) continue;
      try {
        // Logs, too, may be written beside the project's files.
        const watcher = watchFolder(folder, (name) => {
          if (folder !== directory || name === null || IN_ROOT.has(name)) soon();
        });
        watcher.on('error', poll);
        watchers.set(folder, watcher);
        isNew = true;
      } catch (error) {
        // A folder that went meanwhile is seen at its parent.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') poll();
      }
    }
    return isNew;
  };
  attend();
  return {
    [Symbol.dispose]() {
      isClosed = true;
      callOff?.();
      for (const watcher of watchers.values()) watcher.close();
    },
  };
};
