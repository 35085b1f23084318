import { decodeEvents } from '../../lib/providers/anthropic/sse/decoder.ts';

/** One event of a run. */
export interface SentEvent {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The events of an answer as they come. Ends early, without an error, where the connection is cut. */
export async function* readEvents({ body }: Response): AsyncGenerator<SentEvent, void> {
  if (body === null) return;
  try {
    for await (const { event, data } of decodeEvents(body))
      if (event !== null) yield { event, data: JSON.parse(data) as SentEvent['data'] };
  } catch {
    // Whoever reads them misses the last one, and says so.
  }
}
