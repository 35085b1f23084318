import type { UpstreamEvent } from '../../model-call/provider.ts';
import type { OutputGuard } from '../../redaction/output-guard.ts';
import type { MessageSink } from '../message-sink.ts';
import { createHeldEvents, type HeldEvents } from './held-events.ts';
import { eventOf, parsed, redactComments, redactEvent } from './redacted-event.ts';
import { createInputs, DELTA, type Delta, makerOf, type Shown } from './redacted-inputs.ts';
import { isOpaque } from './redacted-message.ts';

type Json = Readonly<Record<string, unknown>>;

interface Start {
  readonly index: number;
  readonly content_block: Json;
}

/** Where the text of a delta stands that goes on from the one before it. */
const THINKING = 'thinking';
const TEXTS: Readonly<Record<string, string>> = { text_delta: 'text', thinking_delta: THINKING };

/** Deltas that are no text, whatever they hold. */
const NO_TEXTS: ReadonlySet<string> = new Set(['input_json_delta', 'signature_delta', 'citations_delta']);

/** The one text of a delta that nobody knows, which goes on from the one before it; `undefined`: there is none, or several. */
const onlyTextOf = (delta: Delta['delta']): string | undefined => {
  if (NO_TEXTS.has(delta.type)) return undefined;
  const said = Object.entries(delta).filter(([name, value]) => !isOpaque(name, delta) && value !== null);
  const texts = said.filter(([, value]) => typeof value === 'string');
  return texts.length === 1 && said.every(([, value]) => typeof value !== 'object') ? texts[0]?.[0] : undefined;
};

const isDelta = (data: Json | null): data is Json & Delta =>
  data !== null && typeof data['delta'] === 'object' && data['delta'] !== null;
const isStart = (data: Json | null): data is Json & Start =>
  data !== null && typeof data['content_block'] === 'object' && data['content_block'] !== null;

/** A text by itself: thinking, which thinking alone may go on, what nobody knows, and a text that comes mixed with another one. */
interface OwnText {
  readonly field: string;
  readonly isUnknown: boolean;
  readonly held: HeldEvents<Shown>;
}

/** The events of one attempt, redacted: what goes out at each, none where all is held back. */
const createRedactedEvents = (guard: OutputGuard) => {
  const texts = createHeldEvents<Shown>(guard.joinedTexts());
  const inputs = createInputs(guard);
  const own = new Map<number, OwnText>();
  /** The block whose text is read as joined to those before it. */
  let current: number | null = null;
  /** The thinking that ended last, which a block of thinking right behind it goes on. */
  let thought: OwnText | null = null;

  const behindTexts = (shown: readonly Shown[]) => shown.flatMap((each) => texts.add(each));
  const endOwn = (index: number): readonly Shown[] => {
    const text = own.get(index);
    own.delete(index);
    return behindTexts(text?.held.end() ?? []);
  };
  const endThought = (): readonly Shown[] => {
    const rest = thought?.held.end() ?? [];
    thought = null;
    return behindTexts(rest);
  };
  const behindThought = (shown: Shown) => (thought === null ? texts.add(shown) : behindTexts(thought.held.add(shown)));
  /** What of it may be the beginning of a secret waits for the next block. */
  const endThinking = (index: number, text: OwnText, shown: Shown): readonly Shown[] => {
    const before = endThought();
    own.delete(index);
    text.held.border();
    thought = text;
    return [...before, ...behindThought(shown)];
  };
  const ownOf = (index: number, field: string): OwnText => {
    const isUnknown = !Object.values(TEXTS).includes(field);
    const text = own.get(index) ?? { field, isUnknown, held: createHeldEvents<Shown>(guard.joinedTexts()) };
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
    // Among other texts of its block, one that nobody knows is read by itself, so that none overtakes another.
    const isAlone = current !== data.index && (own.get(data.index)?.isUnknown ?? true);
    const field = TEXTS[type] ?? (isAlone ? onlyTextOf(data.delta) : undefined);
    const chunk = field === undefined ? undefined : data.delta[field];
    if (field !== undefined && typeof chunk === 'string' && chunk !== '') return textOf(data, field, chunk, plain);
    if (type === 'input_json_delta') return behindTexts(inputs.push(data, plain));
    const whole = { event: redactEvent(event, DELTA, guard), type: DELTA };
    return behindTexts(own.get(data.index)?.held.add(whole) ?? [whole]);
  };

  /** What a block begins with is a part of its text. */
  const start = (event: UpstreamEvent, { index, content_block: block, ...rest }: Start, type: string) => {
    const field = String(block['type']);
    const text = block[field];
    const hasText = field in { text: 0, thinking: 0 } && typeof text === 'string' && text !== '';
    const begun = hasText ? eventOf(type, { ...rest, index, content_block: { ...block, [field]: '' } }) : event;
    const before = field === THINKING ? [] : endThought();
    const shown = [...before, ...behindThought({ event: redactEvent(begun, type, guard), type })];
    if (thought !== null) own.set(index, thought);
    thought = null;
    if (!hasText) return shown;
    const data: Delta = { type: DELTA, index, delta: { type: `${field}_delta`, [field]: text } };
    return [...shown, ...delta(eventOf(DELTA, data), data)];
  };

  return (event: UpstreamEvent, type: string): readonly Shown[] => {
    const data = type.startsWith('content_block') ? parsed(event.data) : null;
    if (type === DELTA && isDelta(data)) return [...endThought(), ...delta(event, data)];
    if (type === 'content_block_start' && isStart(data)) return start(event, data, type);
    const shown = { event: redactEvent(event, type, guard), type };
    // Says nothing, but that the stream is alive.
    if (type === 'ping') return [shown];
    if (type === 'content_block_stop' && data !== null) {
      const index = Number(data['index']);
      const text = own.get(index);
      if (text?.field === THINKING && current !== index) return endThinking(index, text, shown);
      const rest = [...endOwn(index), ...behindTexts(inputs.end(index))];
      if (current === index) {
        texts.border();
        current = null;
      }
      return [...rest, ...behindThought(shown)];
    }
    if (type !== 'message_delta' && type !== 'message_stop') return behindThought(shown);
    current = null;
    return [...endThought(), ...[...own.keys()].flatMap(endOwn), ...texts.end(), shown];
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
