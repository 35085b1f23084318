import { useEffect, useState } from 'preact/hooks';
import { ApiError, type Client } from '../../api/client.ts';
import { isLast, readEvents, type ServerEvent } from '../../api/events.ts';

export interface SeenEvent extends ServerEvent {
  /** When it reached this page. */
  readonly at: string;
}

export interface Watched {
  readonly events: readonly SeenEvent[];
  /** `refused`: the run may go on, but its events are not shown to this key. */
  readonly state: 'watching' | 'coming back' | 'refused' | 'ended';
  readonly error: unknown;
}

/** As long as a restarting server takes, and no longer than a person likes to wait. */
const PAUSES_MS = [250, 500, 1_000, 2_000, 4_000] as const;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A throttle, and a request that took too long to arrive: the same request may be answered in a moment. */
const PASSING = new Set([408, 429]);

const isRefused = (error: unknown): boolean =>
  error instanceof ApiError && error.status >= 400 && error.status < 500 && !PASSING.has(error.status);

/**
 * Watches a run to its end. A stream that breaks, as with its server, is taken up behind the last event that was seen, so
 * that none is missed and none comes twice.
 */
export const useEvents = (client: Client, runId: string): Watched => {
  const [watched, setWatched] = useState<Watched>({ events: [], state: 'watching', error: null });
  useEffect(() => {
    const leaving = new AbortController();
    const { signal } = leaving;
    let last: string | null = null;
    let failures = 0;
    const follow = async (): Promise<boolean> => {
      const after = last === null ? '' : `?after=${last}`;
      const response = await client.ask(`/agent/runs/${runId}/events${after}`, {
        headers: { accept: 'text/event-stream' },
        signal,
      });
      // A run that waits says nothing for long.
      setWatched((before) => ({ ...before, state: 'watching', error: null }));
      for await (const event of readEvents(response)) {
        if (signal.aborted) return true;
        failures = 0;
        last = event.id ?? last;
        const now = { ...event, at: new Date().toISOString() };
        setWatched((before) => ({ ...before, events: [...before.events, now] }));
        if (isLast(event)) return true;
      }
      return false;
    };
    const watch = async () => {
      setWatched({ events: [], state: 'watching', error: null });
      while (!signal.aborted) {
        const met = await follow().catch((error: unknown) => ({ error }));
        if (signal.aborted) return;
        const error = typeof met === 'object' ? met.error : null;
        if (met === true || isRefused(error)) {
          setWatched((before) => ({ ...before, state: met === true ? 'ended' : 'refused', error }));
          return;
        }
        setWatched((before) => ({ ...before, state: 'coming back' }));
        await pause(PAUSES_MS[Math.min(failures, PAUSES_MS.length - 1)] ?? 0);
        failures += 1;
      }
    };
    void watch();
    return () => leaving.abort();
  }, [client, runId]);
  return watched;
};
