import type { RawMessageStreamEvent } from '@anthropic-ai/sdk/resources/messages/messages';
import { MalformedStream } from './malformed-stream.ts';
import { ErrorEvent } from './diagnose.ts';
import type { UpstreamEvent } from './split-events.ts';

/** What an event is. */
export interface ReadEvent {
  /** Its type, or where it is none of the protocol's its name; `message` for one without either. */
  readonly type: string;
  /** What it says of the message; `null`: nothing. */
  readonly said: RawMessageStreamEvent | null;
}

/** The events of the protocol; their data is JSON. What it does not know is not for us to read. */
const KNOWN = /^(?:message|content_block)_\w+$|^error$/;

const parse = (data: string): RawMessageStreamEvent & { error?: { type?: unknown } } => {
  try {
    const event: unknown = JSON.parse(data);
    if (typeof event === 'object' && event !== null && 'type' in event && typeof event.type === 'string')
      return event as never;
  } catch (cause) {
    throw new MalformedStream('an event is not JSON', { cause });
  }
  throw new MalformedStream('an event has no type');
};

/** Reads one event of a stream. Throws MalformedStream, and ErrorEvent for the upstream's own error. */
export const readEvent = ({ event, data }: UpstreamEvent): ReadEvent => {
  if (event === 'ping' || data === '' || (event !== null && !KNOWN.test(event)))
    return { type: event ?? 'message', said: null };
  const said = parse(data);
  const type: string = said.type;
  if (type === 'error') throw new ErrorEvent(said.error?.type);
  return { type, said: type === 'ping' ? null : said };
};
