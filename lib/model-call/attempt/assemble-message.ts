import type {
  Message,
  RawMessageDeltaEvent,
  RawMessageStartEvent,
  RawMessageStreamEvent,
} from '@anthropic-ai/sdk/resources/messages/messages';
import { objectOf } from '../../kernel/json.ts';
import type { Meter } from '../metering/meter.ts';
import { MalformedStream } from '../provider.ts';
import { type Members, overlaid } from './apply-delta.ts';
import { createContentBlocks } from './content-blocks.ts';
import { parseExactly } from './exact-json.ts';

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

/**
 * Stop reasons that say of themselves that the answer is not whole, the input of its last tool included: another
 * attempt would end at the same limit.
 */
const CUTS_OFF: ReadonlySet<string | null> = new Set([
  'max_tokens',
  'model_context_window_exceeded',
  'refusal',
  'stop_sequence',
]);

export interface AssemblyOptions {
  /**
   * Whether an answer is whole only with inputs of tools that are: whoever gets it assembled would act on half of one.
   * Default true.
   */
  readonly checksInputs?: boolean;
  /** Whether numbers in inputs are kept as they were written. Default false. */
  readonly exact?: boolean;
}

/** What a stream begins with; its usage may be anything, and is read by the meter. */
const headOf = ({ message }: RawMessageStartEvent): Message => {
  if (typeof message !== 'object' || message === null) throw new MalformedStream('message_start without a message');
  return message;
};

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

/** Usage is cumulative: a count that falls, as a zero about what was told before, takes nothing back. */
const overlaidUsage = (known: Message['usage'], said: unknown): Message['usage'] => {
  const before = objectOf(known);
  const after = Object.entries(objectOf(said)).filter(([name, count]) => {
    const was = before[name];
    return !(isCount(was) && isCount(count) && count < was);
  });
  return overlaid(before, Object.fromEntries(after)) as unknown as Message['usage'];
};

/** What a `message_delta` says of the message beside its usage, at whichever of its two levels. */
const saidOfMessage = ({ type: _, delta, usage: __, ...beside }: RawMessageDeltaEvent): Members => ({
  ...beside,
  ...delta,
});

/** The model that served in the end, where the provider itself went over to another one. */
const servedBy = (block: { readonly type: string; readonly to?: { readonly model?: string } }): { model?: string } =>
  block.type === 'fallback' && block.to?.model !== undefined ? { model: block.to.model } : {};

/** Calls and results of the tools that run code at the provider. */
const runsCode = (block: { readonly type: string; readonly name?: unknown }): boolean =>
  /code_execution/.test(block.type) || (block.type === 'server_tool_use' && /code_execution/.test(String(block.name)));

/**
 * All that the events say stays in the message, blocks, members and deltas of unknown kinds too; an unknown event says
 * nothing of it.
 */
export const createAssembly = (meter: Meter, options: AssemblyOptions = {}): Assembly => {
  const { checksInputs = true, exact = false } = options;
  let head: Message | null = null;
  const blocks = createContentBlocks(meter, exact ? parseExactly : (json) => JSON.parse(json) as unknown);
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
          if (runsCode(event.content_block)) meter.sawCode();
          return blocks.start(event.index, event.content_block);
        case 'content_block_delta':
          started();
          return blocks.applyDelta(event.index, event.delta);
        case 'content_block_stop':
          started();
          blocks.stop(event.index);
          return '';
        case 'message_delta': {
          const known = started();
          head = { ...overlaid(known, saidOfMessage(event)), usage: overlaidUsage(known.usage, event.usage) };
          meter.updated(event.usage);
          if (checksInputs && head.stop_reason && !CUTS_OFF.has(head.stop_reason)) blocks.checkInputs();
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

/** The text of a message, its blocks joined. */
export const textOf = (message: Message): string =>
  message.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
