import { decodeEvents } from '../../lib/providers/anthropic/sse/decoder.ts';

/** One event of a run. */
export interface SentEvent {
  /** Where a reader that comes back goes on; `null`: the stream has no ids. */
  readonly id: string | null;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const idIn = (block: Uint8Array): string | null => /^id: ?(\d+)\r?$/m.exec(Buffer.from(block).toString())?.[1] ?? null;

/** The events of an answer as they come. Ends early, without an error, where the connection is cut. */
export async function* readEvents({ body }: Pick<Response, 'body'>): AsyncGenerator<SentEvent, void> {
  if (body === null) return;
  try {
    for await (const { event, data, bytes } of decodeEvents(body))
      if (event !== null) yield { id: idIn(bytes), event, data: JSON.parse(data) as SentEvent['data'] };
  } catch {
    // Whoever reads them misses the last one, and says so.
  }
}
