import type { RunStream } from '../../../agent/loop/run-stream.ts';
import type { RunEvent } from '../../../runs/log-entry.ts';
import type { RunKey } from '../../../runs/run-key.ts';
import { createEntryWriter, type EntryWriter, type EntryWriterParts } from './entry-writer.ts';
import { createShownText, NOTHING_SHOWN, type ShownMark } from './shown-text.ts';

/** What a later worker must know of all events so far. */
interface State {
  /** Model calls whose start stands in the log. */
  readonly calls: number;
  /** What else stands there since the last of them, by the names it was written under. */
  readonly names: readonly string[];
  readonly shown: ShownMark;
}

const NEW: State = { calls: 0, names: [], shown: NOTHING_SHOWN };
const QUEUED: RunEvent = { event: 'run.queued', data: {} };

/** The first event of every run, as its first entry has it. */
export const QUEUED_ENTRY = { events: [QUEUED], state: NEW, last: false };

/**
 * Writes the events of a run for one worker. A worker replays the run from its beginning and says everything again; what
 * stands in the log already is left out, and what an interrupted worker had only begun to say is completed or reset.
 */
export interface EventWriter extends Omit<EntryWriter, 'push'> {
  /** To be told all that happens, live or replayed. */
  readonly stream: RunStream;
  /** Adds an event, unless it stands in the log under this name; `true`: it was added. */
  once(name: string, event: string, data: object): boolean;
}

/** `onStale` is called once, where another worker is found to write. */
export const openEventWriter = async (
  parts: EntryWriterParts,
  run: RunKey,
  onStale: () => void,
): Promise<EventWriter> => {
  const tail = await parts.log.tail(run);
  const before = (tail?.state ?? NEW) as State;
  const shown = createShownText(before.shown);
  let { calls } = before;
  let names = new Set(before.names);

  /** Of the worker itself: its model calls as it makes or replays them, and what watchers should have read of each. */
  let call = 0;
  let target = '';
  let isOpen = false;
  let isFresh = false;
  let prefix = '';

  const firstEvents = (): RunEvent[] => {
    if (before.calls > 0 || before.names.includes('started')) return [{ event: 'run.resumed', data: {} }];
    names.add('started');
    const started = { event: 'run.started', data: { runId: run.runId } };
    return tail === null ? [QUEUED, started] : [started];
  };
  const state = (): State => ({ calls, names: [...names], shown: shown.mark() });
  const writer = createEntryWriter(parts, run, { tail, firstEvents, state, onStale });
  const { push } = writer;

  const once = (name: string, event: string, data: object): boolean => {
    if (call < calls || names.has(name)) return false;
    names.add(name);
    push(event, data);
    return true;
  };
  const show = (text: string): void => {
    const { isReset, rest } = shown.become(text);
    if (isReset) push('text.reset', {});
    if (rest !== '') push('text.delta', { text: rest });
  };

  const stream: RunStream = {
    runStarted() {},
    admitted() {},
    modelStarted(model, goesOn = false) {
      call += 1;
      [isOpen, isFresh, prefix] = [true, true, goesOn ? target : ''];
      if (call <= calls) return;
      calls = call;
      names = new Set();
      push('model.started', { model });
    },
    text(delta) {
      // What a pattern says between its calls is said by `textIs`, which a replay can tell again.
      if (!isOpen || call < calls) return;
      if (isFresh) show(prefix);
      isFresh = false;
      shown.add(delta);
      push('text.delta', { text: delta });
    },
    reset() {
      isFresh = true;
    },
    textIs(text) {
      [target, isOpen] = [text, false];
      if (call === calls) show(text);
    },
    messageReceived: (messageId) => void once(`message-${messageId}`, 'message.received', { messageId }),
    toolStarted: (toolUseId, name) => void once(`start-${toolUseId}`, 'tool.started', { toolUseId, name }),
    toolFinished: (toolUseId, name, isError, durationMs) =>
      void once(`finish-${toolUseId}`, 'tool.finished', { toolUseId, name, isError, durationMs }),
  };

  return {
    stream,
    once,
    get isOver() {
      return writer.isOver;
    },
    flush: () => writer.flush(),
    end: (event, data) => writer.end(event, data),
    stop: () => writer.stop(),
  };
};
