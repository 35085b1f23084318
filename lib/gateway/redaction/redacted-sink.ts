import type { UpstreamEvent } from '../../model-call/provider.ts';
import type { OutputGuard } from '../../redaction/output-guard.ts';
import type { Redactor } from '../../redaction/redactor.ts';
import type { MessageSink } from '../message-sink.ts';
import { redactBlock, redactTexts } from './redacted-message.ts';

type Json = Readonly<Record<string, unknown>>;

interface Delta {
  readonly type: 'content_block_delta';
  readonly index: number;
  readonly delta: Json & { readonly type: string };
}

/** Where the text of a delta stands that goes on from the one before it. */
const TEXTS: Readonly<Record<string, string>> = {
  text_delta: 'text',
  thinking_delta: 'thinking',
  input_json_delta: 'partial_json',
};

const eventOf = (type: string, data: object): UpstreamEvent => {
  const text = JSON.stringify(data);
  return { bytes: Buffer.from(`event: ${type}\ndata: ${text}\n\n`), event: type, data: text };
};

const parsed = (data: string): unknown => {
  try {
    return JSON.parse(data) as unknown;
  } catch {
    return null;
  }
};

/** One text of one block, and the delta by whose form what was held back is let go. */
interface OpenText {
  readonly redactor: Redactor;
  readonly form: Delta;
  readonly field: string;
}

/** The events of one attempt, redacted: what comes in place of each, none where all of it is held back. */
const createRedactedEvents = (guard: OutputGuard) => {
  const open = new Map<number, OpenText>();

  const flush = (index: number): UpstreamEvent[] => {
    const text = open.get(index);
    open.delete(index);
    const rest = text?.redactor.end() ?? '';
    if (text === undefined || rest === '') return [];
    const { form, field } = text;
    return [eventOf(form.type, { ...form, delta: { ...form.delta, [field]: rest } })];
  };

  const delta = (event: UpstreamEvent, data: Delta): UpstreamEvent[] => {
    const field = TEXTS[data.delta.type];
    // A signature ends what it signs. A citation is whole, and the text that it comes into goes on.
    if (field === undefined) {
      const changed = redactTexts(data.delta, guard);
      const isSame = JSON.stringify(changed) === JSON.stringify(data.delta);
      const before = data.delta.type === 'signature_delta' ? flush(data.index) : [];
      return [...before, isSame ? event : eventOf(data.type, { ...data, delta: changed })];
    }
    const before = open.get(data.index)?.field === field ? [] : flush(data.index);
    const { redactor } = open.get(data.index) ?? { redactor: field === 'partial_json' ? guard.jsons() : guard.texts() };
    open.set(data.index, { redactor, form: data, field });
    const text = data.delta[field];
    if (typeof text !== 'string') return [...before, event];
    const shown = redactor.push(text);
    if (shown === text) return [...before, event];
    return shown === ''
      ? before
      : [...before, eventOf(data.type, { ...data, delta: { ...data.delta, [field]: shown } })];
  };

  return (event: UpstreamEvent, type: string): readonly UpstreamEvent[] => {
    if (!type.startsWith('content_block')) return [event];
    const data = parsed(event.data) as (Delta & { readonly content_block?: object }) | null;
    if (data === null) return [event];
    if (type === 'content_block_stop') return [...flush(data.index), event];
    if (type === 'content_block_delta') return delta(event, data);
    const { content_block: block } = data;
    if (block === undefined) return [event];
    const changed = redactBlock(block, guard);
    const isSame = JSON.stringify(changed) === JSON.stringify(block);
    return [isSame ? event : eventOf(type, { ...data, content_block: changed })];
  };
};

/** Redacts a stream on its way to the client. What needs no change goes as it came, byte by byte. */
export const redactSink = (sink: MessageSink, guard: OutputGuard): MessageSink => {
  const { event: send } = sink;
  if (send === undefined) return sink;
  let redacted = createRedactedEvents(guard);
  return {
    ...sink,
    admitted(headers) {
      // Another attempt: what was held back of the one before is nobody's.
      redacted = createRedactedEvents(guard);
      sink.admitted(headers);
    },
    event(event, type, instead) {
      const waits = redacted(event, type).map((shown) => send(shown, type, instead));
      return waits.findLast((wait) => wait !== undefined);
    },
  };
};
