import type { RawMessageStreamEvent } from '@anthropic-ai/sdk/resources/messages/messages';
import type { UpstreamMessage } from '../../kernel/errors.ts';
import { objectOf } from '../../kernel/json.ts';
import { keyFaultOf } from '../keys/key-faults.ts';
import { MalformedStream, type UpstreamEvent } from '../provider.ts';
import { mayRound, parseExactly } from './exact-json.ts';
import { messageInStream, statusOfType } from './upstream-message.ts';

/** What an event is. */
export interface ReadEvent {
  /** Its type, or where it is none of the protocol's its name; `message` for one without either. */
  readonly type: string;
  /** What it says of the message; `null`: nothing. */
  readonly said: RawMessageStreamEvent | null;
}

/** Whether an event makes content. */
export const isContent = ({ type }: RawMessageStreamEvent): boolean => type.startsWith('content_block');

/** The upstream said `error` inside its stream. */
export class ErrorEvent extends Error {
  override readonly name = 'ErrorEvent';
  readonly type: unknown;
  // Private, so that nothing that prints an error prints it: it may quote the request.
  readonly #said: unknown;
  /** `said`: the member `error` of the event. */
  constructor(said: unknown) {
    super('error event');
    this.type = objectOf(said)['type'];
    this.#said = said;
  }
  get words(): UpstreamMessage | undefined {
    return messageInStream(this.#said);
  }
  get keyFault() {
    return keyFaultOf(statusOfType(this.type), this.#said);
  }
}

/** The events of the protocol; their data is JSON. What it does not know is not for us to read. */
const KNOWN = /^(?:message|content_block)_\w+$|^error$/;

const parse = (data: string): RawMessageStreamEvent & { error?: unknown } => {
  try {
    const event: unknown = JSON.parse(data);
    if (typeof event === 'object' && event !== null && 'type' in event && typeof event.type === 'string')
      return event as never;
  } catch (cause) {
    throw new MalformedStream('an event is not JSON', { cause });
  }
  throw new MalformedStream('an event has no type');
};

/** Where events say what becomes a part of the message's content. */
const CONTENT: Partial<Record<string, string>> = { content_block_start: 'content_block', content_block_delta: 'delta' };

/** The event with the numbers of its content as they stood there; all else of it is for us to reckon with. */
const exactly = (event: RawMessageStreamEvent, data: string): RawMessageStreamEvent => {
  const member = CONTENT[event.type];
  if (member === undefined || !mayRound(data)) return event;
  try {
    const { [member]: content } = parseExactly(data) as Readonly<Record<string, unknown>>;
    return { ...event, [member]: content };
  } catch {
    // Nested deeper than numbers can be kept: rounded ones are better than no answer.
    return event;
  }
};

/**
 * Reads one event of a stream, with `exact` each number in a block's content as it stood there. Throws MalformedStream,
 * and ErrorEvent for the upstream's own error.
 */
export const readEvent = ({ event, data }: UpstreamEvent, { exact = false } = {}): ReadEvent => {
  if (event === 'ping' || data === '' || (event !== null && !KNOWN.test(event)))
    return { type: event ?? 'message', said: null };
  const said = parse(data);
  const type: string = said.type;
  if (type === 'error') throw new ErrorEvent(said.error);
  if (type === 'ping') return { type, said: null };
  return { type, said: exact ? exactly(said, data) : said };
};
