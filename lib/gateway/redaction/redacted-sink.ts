import type { UpstreamEvent } from '../../model-call/provider.ts';
import type { OutputGuard } from '../../redaction/output-guard.ts';
import type { Redactor } from '../../redaction/redactor.ts';
import type { MessageSink } from '../message-sink.ts';
import { createHeldEvents, type HeldEvents } from './held-events.ts';
import { eventOf, parsed, redactComments, redactEvent } from './redacted-event.ts';

type Json = Readonly<Record<string, unknown>>;

interface Delta {
  readonly type: 'content_block_delta';
  readonly index: number;
  readonly delta: Json & { readonly type: string };
}

interface Start {
  readonly index: number;
  readonly content_block: Json;
}

/** An event as it goes out. */
interface Shown {
  readonly event: UpstreamEvent;
  readonly type: string;
}

/** Where the text of a delta stands that goes on from the one before it. */
const TEXTS: Readonly<Record<string, string>> = { text_delta: 'text', thinking_delta: 'thinking' };
const DELTA = 'content_block_delta';
const JSON_FIELD = 'partial_json';

const isDelta = (data: Json | null): data is Json & Delta =>
  data !== null && typeof data['delta'] === 'object' && data['delta'] !== null;
const isStart = (data: Json | null): data is Json & Start =>
  data !== null && typeof data['content_block'] === 'object' && data['content_block'] !== null;

/** The same delta with another text. */
const makerOf =
  (data: Delta, field: string) =>
  (text: string): Shown => ({
    event: eventOf(DELTA, { ...data, delta: { ...data.delta, [field]: text } }),
    type: DELTA,
  });

/** A text that no other is joined to: thinking, and a text that comes mixed with another one. */
interface OwnText {
  readonly field: string;
  readonly held: HeldEvents<Shown>;
}

/** The inputs of tools, each by its block. */
const createInputs = (guard: OutputGuard) => {
  const open = new Map<number, { readonly redactor: Redactor; readonly form: Delta }>();
  return {
    push(data: Delta, shown: Shown): readonly Shown[] {
      const json = data.delta[JSON_FIELD];
      const { redactor } = open.get(data.index) ?? { redactor: guard.jsons() };
      open.set(data.index, { redactor, form: data });
      if (typeof json !== 'string') return [shown];
      const redacted = redactor.push(json);
      if (redacted === json) return [shown];
      return redacted === '' ? [] : [makerOf(data, JSON_FIELD)(redacted)];
    },
    end(index: number): readonly Shown[] {
      const input = open.get(index);
      open.delete(index);
      const rest = input?.redactor.end() ?? '';
      return input === undefined || rest === '' ? [] : [makerOf(input.form, JSON_FIELD)(rest)];
    },
  };
};

/** The events of one attempt, redacted: what goes out at each, none where all is held back. */
const createRedactedEvents = (guard: OutputGuard) => {
  const texts = createHeldEvents<Shown>(guard.joinedTexts());
  const inputs = createInputs(guard);
  const own = new Map<number, OwnText>();
  /** The block whose text is read as joined to those before it. */
  let current: number | null = null;

  const behindTexts = (shown: readonly Shown[]) => shown.flatMap((each) => texts.add(each));
  const endOwn = (index: number): readonly Shown[] => {
    const text = own.get(index);
    own.delete(index);
    return behindTexts(text?.held.end() ?? []);
  };
  const ownOf = (index: number, field: string): OwnText => {
    const text = own.get(index) ?? { field, held: createHeldEvents<Shown>(guard.joinedTexts()) };
    own.set(index, text);
    return text;
  };

  const textOf = (data: Delta, field: string, chunk: string, event: Shown): readonly Shown[] => {
    const part = { chunk, event, make: makerOf(data, field) };
    const { index } = data;
    if (field === 'text' && !own.has(index)) current ??= index;
    if (field === 'text' && current === index) return texts.text(part);
    const before = own.get(index)?.field === field ? [] : endOwn(index);
    return [...before, ...behindTexts(ownOf(index, field).held.text(part))];
  };

  const delta = (event: UpstreamEvent, data: Delta): readonly Shown[] => {
    const { type } = data.delta;
    const plain = { event: redactComments(event, DELTA, guard), type: DELTA };
    const field = TEXTS[type];
    const chunk = field === undefined ? undefined : data.delta[field];
    if (field !== undefined && typeof chunk === 'string' && chunk !== '') return textOf(data, field, chunk, plain);
    if (type === 'input_json_delta') return behindTexts(inputs.push(data, plain));
    const whole = { event: redactEvent(event, DELTA, guard), type: DELTA };
    // A signature ends what it signs.
    if (type === 'signature_delta') return [...endOwn(data.index), ...texts.add(whole)];
    return behindTexts(own.get(data.index)?.held.add(whole) ?? [whole]);
  };

  /** What a block begins with is a part of its text. */
  const start = (event: UpstreamEvent, { index, content_block: block, ...rest }: Start, type: string) => {
    const field = String(block['type']);
    const text = block[field];
    if (!(field in { text: 0, thinking: 0 }) || typeof text !== 'string' || text === '')
      return texts.add({ event: redactEvent(event, type, guard), type });
    const begun = eventOf(type, { ...rest, index, content_block: { ...block, [field]: '' } });
    const data: Delta = { type: DELTA, index, delta: { type: `${field}_delta`, [field]: text } };
    const shown = texts.add({ event: redactEvent(begun, type, guard), type });
    return [...shown, ...delta(eventOf(DELTA, data), data)];
  };

  return (event: UpstreamEvent, type: string): readonly Shown[] => {
    const data = type.startsWith('content_block') ? parsed(event.data) : null;
    if (type === DELTA && isDelta(data)) return delta(event, data);
    if (type === 'content_block_start' && isStart(data)) return start(event, data, type);
    const shown = { event: redactEvent(event, type, guard), type };
    // Says nothing, but that the stream is alive.
    if (type === 'ping') return [shown];
    if (type === 'content_block_stop' && data !== null) {
      const index = Number(data['index']);
      const rest = [...endOwn(index), ...behindTexts(inputs.end(index))];
      if (current === index) {
        texts.border();
        current = null;
      }
      return [...rest, ...texts.add(shown)];
    }
    if (type !== 'message_delta' && type !== 'message_stop') return texts.add(shown);
    current = null;
    return [...[...own.keys()].flatMap(endOwn), ...texts.end(), shown];
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
      const waits = redacted(event, type).map((shown) => send(shown.event, shown.type, instead));
      return waits.findLast((wait) => wait !== undefined);
    },
  };
};
