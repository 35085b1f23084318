import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../../lib/kernel/clock.ts';
import { parseEvents, type SentEvent } from '../durable-run/sent.ts';
import { describedFetch } from '../openapi/described-fetch.ts';

/** What a watcher saw of a run over all its connections, and how they ended. */
export interface Watched {
  readonly events: readonly SentEvent[];
  /** Connections that it cut itself. */
  readonly cuts: number;
  /** Connections that were cut, or could not be made. */
  readonly lost: number;
}

export interface WatcherOptions {
  readonly runId: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Where to ask next: some server, which may be gone. */
  readonly anyUrl: () => string;
  readonly random: Random;
  /** Told each event as it comes. */
  readonly onEvent?: (event: SentEvent) => void;
}

const isLast = ({ event }: SentEvent): boolean => /^run\.(?:succeeded|failed|cancelled)$/.test(event);

/**
 * Watches a run to its last event as a client on a bad line does: it cuts its connection at random, now and then in the
 * middle of an event, and comes back with the last id that it saw whole. Throws on a refusal.
 */
export const watchOnBadLine = async (options: WatcherOptions): Promise<Watched> => {
  const { runId, headers, anyUrl, random, onEvent } = options;
  const events: SentEvent[] = [];
  let cuts = 0;
  let lost = 0;
  const target = () => {
    const last = events.length;
    const byQuery = random() < 0.5;
    return {
      path: `/agent/runs/${runId}/events${byQuery ? `?after=${last}` : ''}`,
      headers: byQuery || last === 0 ? headers : { ...headers, 'last-event-id': String(last) },
    };
  };
  const connect = async (): Promise<void> => {
    const line = new AbortController();
    const { path, headers: sent } = target();
    const response = await describedFetch(`${anyUrl()}${path}`, { headers: sent, signal: line.signal });
    // A server that has more to do than it can says when to come back.
    if (response.status === 503) throw new Error('not now');
    if (response.status !== 200) throw new RangeError(`it was refused: ${await response.text()}`);
    let chunksLeft = random() < 0.8 ? Math.floor(random() * 8) : Number.POSITIVE_INFINITY;
    let rest = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      const end = (rest + chunk).lastIndexOf('\n\n') + 2;
      const whole = end < 2 ? '' : (rest + chunk).slice(0, end);
      rest = (rest + chunk).slice(whole.length);
      for (const event of parseEvents(whole).events) {
        events.push(event);
        onEvent?.(event);
      }
      chunksLeft -= 1;
      if (chunksLeft >= 0) continue;
      cuts += 1;
      line.abort();
      return;
    }
  };
  while (!events.some(isLast)) {
    try {
      await connect();
    } catch (error) {
      if (error instanceof RangeError) throw error;
      lost += 1;
      // The server is gone, and another is there soon.
      await pause(20 + random() * 80);
    }
  }
  return { events, cuts, lost };
};
