import type {
  ContentBlock,
  Message,
  RawMessageStreamEvent,
  ToolUseBlock,
} from '@anthropic-ai/sdk/resources/messages/messages';
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

interface OpenBlock {
  block: ContentBlock;
  json: string;
}

const parseInput = (json: string): unknown => {
  try {
    return json === '' ? {} : JSON.parse(json);
  } catch (cause) {
    throw new MalformedStream('tool input is not JSON', { cause });
  }
};

export const createAssembly = (meter: Meter): Assembly => {
  let head: Message | null = null;
  const blocks = new Map<number, OpenBlock>();

  const open = (index: number): OpenBlock => {
    const found = blocks.get(index);
    if (!found) throw new MalformedStream('delta of a block that was not started');
    return found;
  };
  const grow = (event: Extract<RawMessageStreamEvent, { type: 'content_block_delta' }>): string => {
    const target = open(event.index);
    const { block } = target;
    const { delta } = event;
    if (delta.type === 'text_delta' && block.type === 'text') {
      block.text += delta.text;
      meter.wrote(delta.text);
      return delta.text;
    }
    if (delta.type === 'input_json_delta') {
      target.json += delta.partial_json;
      meter.wrote(delta.partial_json);
    } else if (delta.type === 'thinking_delta' && block.type === 'thinking') {
      block.thinking += delta.thinking;
      meter.wrote(delta.thinking);
    } else if (delta.type === 'signature_delta' && block.type === 'thinking') block.signature = delta.signature;
    else if (delta.type === 'citations_delta' && block.type === 'text') {
      block.citations = [...(block.citations ?? []), delta.citation];
    }
    return '';
  };

  return {
    apply(event) {
      if (event.type === 'message_start') {
        head = { ...event.message, content: [] };
        meter.started(event.message.usage);
        return '';
      }
      if (!head) throw new MalformedStream('event before message_start');
      switch (event.type) {
        case 'content_block_start':
          blocks.set(event.index, { block: { ...event.content_block }, json: '' });
          return event.content_block.type === 'text' ? event.content_block.text : '';
        case 'content_block_delta':
          return grow(event);
        case 'content_block_stop': {
          const { block, json } = open(event.index);
          if (block.type === 'tool_use' && json !== '') (block as { input: unknown }).input = parseInput(json);
          return '';
        }
        case 'message_delta':
          head = { ...head, ...event.delta, usage: { ...head.usage, output_tokens: event.usage.output_tokens } };
          meter.updated(event.usage);
          return '';
        default:
          return '';
      }
    },
    get contentSeen() {
      return blocks.size > 0;
    },
    get complete() {
      return head !== null && head.stop_reason !== null;
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
