import type { ContentBlock, RawContentBlockDelta, TextCitation } from '@anthropic-ai/sdk/resources/messages/messages';
import type { Meter } from '../metering/meter.ts';
import { isExactNumber } from './exact-json.ts';

/** A part of a message as JSON has it, whatever the types know of it. */
export type Members = Readonly<Record<string, unknown>>;

/** A block that may still grow, and the text of its input so far. */
export interface PartialBlock {
  block: ContentBlock;
  json: string;
  /** Whether its end was told. */
  closed: boolean;
}

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isExactNumber(value);

/** `known` with what was said later; a later `null` takes nothing back. */
export const overlaid = <Known extends object>(known: Known, said: Members): Known => ({
  ...known,
  // Not by assignment: an upstream may name a member as it likes, `__proto__` too.
  ...Object.fromEntries(Object.entries(said).filter(([name, value]) => value !== null || !Object.hasOwn(known, name))),
});

/**
 * As most of the provider's own deltas work: a text or a list goes on, members are added, of the rest the last word
 * counts.
 */
const continued = (known: unknown, more: unknown): unknown => {
  if (typeof known === 'string' && typeof more === 'string') return known + more;
  if (Array.isArray(known) && Array.isArray(more)) return [...(known as unknown[]), ...(more as unknown[])];
  return isObject(known) && isObject(more) ? overlaid(known, more) : more;
};

const written = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const growUnknown = (target: PartialBlock, said: Members): void => {
  const known = new Map(Object.entries(target.block));
  const members = Object.entries(said).map(([name, more]) => [name, continued(known.get(name), more)]);
  target.block = overlaid(target.block, Object.fromEntries(members) as Members);
};

/** Adds a delta to its block and returns the text that it adds to the answer. Of what is unknown nothing is lost. */
export const applyDelta = (target: PartialBlock, delta: RawContentBlockDelta, meter: Meter): string => {
  const { block } = target;
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
  } else if (delta.type === 'citations_delta') {
    const cited = block as { citations?: readonly TextCitation[] | null };
    cited.citations = [...(cited.citations ?? []), delta.citation];
  } else if (delta.type === 'signature_delta') {
    (block as { signature?: string }).signature = delta.signature;
  } else {
    const { type, ...said } = delta as { readonly type: string };
    // Its members come once, each the final value, `null` too: that is a compaction that failed.
    if (type === 'compaction_delta') target.block = { ...block, ...said };
    else growUnknown(target, said);
    for (const value of Object.values(said)) meter.wrote(written(value));
  }
  return '';
};
