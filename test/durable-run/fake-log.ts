import type { EventLog } from '../../lib/runs/event-log.ts';
import type { LogEntry } from '../../lib/runs/log-entry.ts';

/** The log of one run in memory, by the rule of the real one: an entry is written where its place is free. */
export const createMemoryLog = () => {
  const entries: LogEntry[] = [];
  const log: Pick<EventLog, 'append' | 'tail' | 'read'> = {
    append: (_run, entry) => {
      const found = entries.find(({ first }) => first === entry.first);
      if (found !== undefined) return Promise.resolve({ written: false, found });
      entries.push(structuredClone({ ...entry, count: entry.events.length }));
      return Promise.resolve({ written: true });
    },
    tail: () => Promise.resolve(structuredClone(entries.at(-1) ?? null)),
    async *read(_run, after) {
      for (const entry of entries.filter(({ first, count }) => first + count - 1 > after)) yield structuredClone(entry);
    },
  };
  const events = () =>
    entries.flatMap(({ first, events: some }) => some.map((event, at) => ({ id: first + at, ...event })));
  return { log, entries, events };
};

/** What a watcher has read in the end: the text since the last reset. */
export const shownText = (events: readonly { readonly event: string; readonly data: object }[]): string =>
  events.reduce((text, { event, data }) => {
    if (event === 'text.reset') return '';
    return event === 'text.delta' ? text + (data as { text: string }).text : text;
  }, '');
