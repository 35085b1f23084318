import type {
  Message,
  RawMessageDeltaEvent,
  RawMessageStreamEvent,
  ToolUseBlock,
} from '@anthropic-ai/sdk/resources/messages/messages';
import { parseExactly } from './exact-json.ts';
import { growBlock, overlaid, type Members, type OpenBlock } from './grow-block.ts';
import type { Meter } from './meter.ts';

/** The stream said something that makes no message. */
export class MalformedStream extends Error {
  override readonly name = 'MalformedStream';
}

/** Puts the events of one stream together into the message they describe. */
export interface Assembly {
  /** Takes the next event; returns the text that it adds to the answer, `''` where it adds none. Throws MalformedStream. */
  apply(event: RawMessageStreamEvent): string;
  /** Whether a content block has begun. */
  readonly contentSeen: boolean;
  /** Whether the stop reason is known: only then is the message whole. */
  readonly complete: boolean;
  /** Throws MalformedStream while the message is not complete. */
  message(): Message;
}

/** Stop reasons after which a caller goes on: a broken input would be acted upon, or sent back. */
const GOES_ON: ReadonlySet<string | null> = new Set(['tool_use', 'pause_turn']);

/** What a `message_delta` says of the message beside its usage, at whichever of its two levels. */
const saidOfMessage = ({ type: _, delta, usage: __, ...beside }: RawMessageDeltaEvent): Members => ({
  ...beside,
  ...delta,
});

/** The model that served in the end, where the provider itself went over to another one. */
const servedBy = (block: { readonly type: string; readonly to?: { readonly model?: string } }): { model?: string } =>
  block.type === 'fallback' && block.to?.model !== undefined ? { model: block.to.model } : {};

/** All that the events say stays in the message, blocks, members and deltas of unknown kinds too; an unknown event says nothing of it. With `strict`, an answer that
 * asks for tools is whole only with inputs that are. */
export const createAssembly = (meter: Meter, { strict = true }: { readonly strict?: boolean } = {}): Assembly => {
  let head: Message | null = null;
  let brokenInput: unknown = null;
  const blocks = new Map<number, OpenBlock>();

  const open = (index: number): OpenBlock => {
    const found = blocks.get(index);
    if (!found) throw new MalformedStream('delta of a block that was not started');
    return found;
  };
  const started = (): Message => {
    if (!head) throw new MalformedStream('event before message_start');
    return head;
  };
  const close = (opened: OpenBlock): void => {
    const { block, json } = opened;
    opened.closed = true;
    if (json === '') return;
    try {
      (block as { input: unknown }).input = strict ? JSON.parse(json) : parseExactly(json);
    } catch (cause) {
      brokenInput = cause;
    }
  };

  return {
    apply(event) {
      switch (event.type) {
        case 'message_start': {
          const { message } = event as { message?: Partial<Message> };
          // What says nothing of what it costs is no message: it could not be booked.
          if (typeof message?.usage?.input_tokens !== 'number')
            throw new MalformedStream('message_start without usage');
          head = { ...event.message, content: [] };
          meter.started(event.message.usage);
          return '';
        }
        case 'content_block_start':
          head = { ...started(), ...servedBy(event.content_block) };
          blocks.set(event.index, { block: { ...event.content_block }, json: '', closed: false });
          return event.content_block.type === 'text' ? event.content_block.text : '';
        case 'content_block_delta':
          started();
          return growBlock(open(event.index), event.delta, meter);
        case 'content_block_stop':
          started();
          close(open(event.index));
          return '';
        case 'message_delta': {
          const known = started();
          head = { ...overlaid(known, saidOfMessage(event)), usage: overlaid(known.usage, { ...event.usage }) };
          meter.updated(event.usage);
          if (!strict || !GOES_ON.has(head.stop_reason)) return '';
          if (brokenInput !== null) throw new MalformedStream('tool input is not JSON', { cause: brokenInput });
          // Half an input may parse as none, and a tool would be called with its defaults.
          if (blocks.values().some(({ json, closed }) => json !== '' && !closed))
            throw new MalformedStream('tool input without its end');
          return '';
        }
        case 'message_stop':
          started();
          return '';
        default:
          return '';
      }
    },
    get contentSeen() {
      return blocks.size > 0;
    },
    get complete() {
      return typeof head?.stop_reason === 'string';
    },
    message() {
      if (!head?.stop_reason) throw new MalformedStream('the message is not complete');
      const content = [...blocks.entries()].sort(([a], [b]) => a - b).map(([, { block }]) => block);
      return { ...head, content };
    },
  };
};

/** The tool calls of a message, in its order. */
export const toolUses = (message: Message): ToolUseBlock[] =>
  message.content.filter((block) => block.type === 'tool_use');

/** The text of a message, its blocks joined. */
export const textOf = (message: Message): string =>
  message.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
