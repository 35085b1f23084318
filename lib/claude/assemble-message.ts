import type {
  Message,
  RawMessageDeltaEvent,
  RawMessageStartEvent,
  RawMessageStreamEvent,
  ToolUseBlock,
} from '@anthropic-ai/sdk/resources/messages/messages';
import { parseExactly } from './exact-json.ts';
import { overlaid, type Members } from './grow-block.ts';
import { MalformedStream } from './malformed-stream.ts';
import type { Meter } from './meter.ts';
import { createOpenBlocks } from './open-blocks.ts';

/** Puts the events of one stream together into the message they describe. */
export interface Assembly {
  /**
   * Takes the next event; returns the text that it adds to the answer, `''` where it adds none. Throws MalformedStream.
   */
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

/** What a stream begins with; without a word about what it costs it could not be booked. */
const headOf = ({ message }: RawMessageStartEvent): Message => {
  const { usage } = (message ?? {}) as Partial<Message>;
  if (typeof usage?.input_tokens !== 'number') throw new MalformedStream('message_start without usage');
  return message;
};

/** What a `message_delta` says of the message beside its usage, at whichever of its two levels. */
const saidOfMessage = ({ type: _, delta, usage: __, ...beside }: RawMessageDeltaEvent): Members => ({
  ...beside,
  ...delta,
});

/** The model that served in the end, where the provider itself went over to another one. */
const servedBy = (block: { readonly type: string; readonly to?: { readonly model?: string } }): { model?: string } =>
  block.type === 'fallback' && block.to?.model !== undefined ? { model: block.to.model } : {};

/**
 * All that the events say stays in the message, blocks, members and deltas of unknown kinds too; an unknown event says
 * nothing of it. With `strict`, an answer that asks for tools is whole only with inputs that are.
 */
export const createAssembly = (meter: Meter, { strict = true }: { readonly strict?: boolean } = {}): Assembly => {
  let head: Message | null = null;
  const blocks = createOpenBlocks(meter, strict ? (json) => JSON.parse(json) as unknown : parseExactly);
  const started = (): Message => {
    if (!head) throw new MalformedStream('event before message_start');
    return head;
  };

  return {
    apply(event) {
      switch (event.type) {
        case 'message_start':
          head = { ...headOf(event), content: [] };
          meter.started(head.usage);
          return '';
        case 'content_block_start':
          head = { ...started(), ...servedBy(event.content_block) };
          return blocks.start(event.index, event.content_block);
        case 'content_block_delta':
          started();
          return blocks.grow(event.index, event.delta);
        case 'content_block_stop':
          started();
          blocks.stop(event.index);
          return '';
        case 'message_delta': {
          const known = started();
          head = { ...overlaid(known, saidOfMessage(event)), usage: overlaid(known.usage, { ...event.usage }) };
          meter.updated(event.usage);
          if (strict && GOES_ON.has(head.stop_reason)) blocks.checkInputs();
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
      return { ...head, content: blocks.content() };
    },
  };
};

/** The tool calls of a message, in its order. */
export const toolUses = (message: Message): ToolUseBlock[] =>
  message.content.filter((block) => block.type === 'tool_use');

/** The text of a message, its blocks joined. */
export const textOf = (message: Message): string =>
  message.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
