import { describe, expect, it } from 'vitest';
import { hidingOf } from '../../../lib/model-call/metering/hiding.ts';
import {
  type BlockKind,
  type Hiding,
  type Sight,
  type Unseen,
  unseenOf,
} from '../../../lib/model-call/metering/unseen.ts';
import type { ModelRequest, Wire } from '../../../lib/model-call/provider.ts';

const OPEN: Hiding = { mayThink: false, buffersTools: false, mayTakeTurns: false };
const sight = (open: BlockKind | null, blocks: readonly BlockKind[], more: Partial<Sight> = {}): Sight => ({
  open,
  blocks: new Set(open === null ? blocks : [...blocks, open]),
  silentMs: 0,
  heldMs: 0,
  broken: false,
  ...more,
});

describe('what may have been billed unseen of an answer that broke off', () => {
  it.each<[title: string, hiding: Partial<Hiding>, sight: Sight | null, unseen: Unseen]>([
    ['nothing, inside a text', {}, sight('text', []), 'nothing'],
    ['nothing, before the first block', {}, sight(null, []), 'nothing'],
    ['nothing, inside the input of a tool that streams', {}, sight('tool', ['text']), 'nothing'],
    ['nothing, inside a text that follows the input of a tool that streams', {}, sight('text', ['tool']), 'nothing'],
    ['nothing, between blocks of a model without tools', {}, sight(null, ['text']), 'nothing'],
    [
      'the output, inside a text that follows a buffered input',
      { buffersTools: true },
      sight('text', ['tool']),
      'output',
    ],
    ['the output, where the model may think', { mayThink: true }, sight('text', []), 'output'],
    ['the output, where it thought all the same', {}, sight('text', ['thinking']), 'output'],
    ['the output, inside thinking', {}, sight('thinking', []), 'output'],
    ['the output, after a block of an unknown kind', {}, sight('text', ['other']), 'output'],
    ['the output, inside a buffered input', { buffersTools: true }, sight('tool', []), 'output'],
    ['the output, where a buffered input may come next', { buffersTools: true }, sight(null, ['text']), 'output'],
    ['the output, where a buffered input may come first', { buffersTools: true }, sight(null, []), 'output'],
    ['the output, in a silence', {}, sight('text', [], { silentMs: 1_001 }), 'output'],
    ['nothing, in a pause', {}, sight('text', [], { silentMs: 1_000 }), 'nothing'],
    ['the output, where the caller did not read', {}, sight('text', [], { heldMs: 1_001 }), 'output'],
    ['the output, where an event could not be read', {}, sight('text', [], { broken: true }), 'output'],
    ['the output, where nothing is known of it', {}, null, 'output'],
    ['turns, where nothing is known and the provider runs tools', { mayTakeTurns: true }, null, 'turns'],
    ['turns, once a tool of the provider has begun', { mayTakeTurns: true }, sight('text', ['other']), 'turns'],
    ['turns, where one may have begun', { mayTakeTurns: true }, sight(null, ['text']), 'turns'],
    ['nothing, inside a text before any has', { mayTakeTurns: true }, sight('text', []), 'nothing'],
    ['turns, in a silence of that text', { mayTakeTurns: true }, sight('text', [], { silentMs: 1_001 }), 'turns'],
    [
      'the output, inside thinking before any has',
      { mayTakeTurns: true },
      sight('thinking', [], { silentMs: 90_000 }),
      'output',
    ],
  ])('is %s', (_, hiding, seen, unseen) => {
    expect(unseenOf({ ...OPEN, ...hiding }, seen)).toBe(unseen);
  });
});

describe('what a request may hide', () => {
  const BOUNDED = { unpriceable: [] };
  const hides = (
    over: object,
    headers: Readonly<Record<string, string>> = {},
    bounded: Parameters<typeof hidingOf>[1] = BOUNDED,
  ) => {
    const request = { model: 'claude-haiku-4-5', max_tokens: 10, messages: [], ...over } as unknown as ModelRequest;
    return hidingOf(request, bounded, { headers } as unknown as Wire);
  };
  const tool = { name: 'look', input_schema: { type: 'object' } };
  const eager = { ...tool, eager_input_streaming: true };
  const BETA = { 'Anthropic-Beta': 'x, fine-grained-tool-streaming-2025-05-14' };

  it.each<[title: string, over: object, headers: Readonly<Record<string, string>>, hiding: Partial<Hiding>]>([
    ['nothing of a model that thinks only when asked', {}, {}, OPEN],
    ['thinking that was asked', { thinking: { type: 'adaptive' } }, {}, { mayThink: true }],
    ['no thinking that was turned off', { thinking: { type: 'disabled' } }, {}, { mayThink: false }],
    ['thinking of a newer model', { model: 'claude-opus-5' }, {}, { mayThink: true }],
    [
      'no thinking of a newer one where it is turned off',
      { model: 'claude-opus-5', thinking: { type: 'disabled' } },
      {},
      { mayThink: false },
    ],
    [
      'thinking of one that cannot turn it off',
      { model: 'claude-opus-5-5', thinking: { type: 'disabled' } },
      {},
      { mayThink: true },
    ],
    [
      'thinking between tools',
      { model: 'claude-sonnet-5-5', thinking: { type: 'between_tools' } },
      {},
      { mayThink: true },
    ],
    [
      'thinking of a model that nobody knows',
      { model: 'claude-next', thinking: { type: 'disabled' } },
      {},
      { mayThink: true },
    ],
    ['the input of a tool', { tools: [tool] }, {}, { buffersTools: true }],
    ['no input of a tool that streams it', { tools: [eager] }, {}, { buffersTools: false }],
    ['the input of one of two', { tools: [eager, tool] }, {}, { buffersTools: true }],
    ['no input under the beta', { tools: [tool] }, BETA, { buffersTools: false }],
    [
      'the input of a tool that opts out of it',
      { tools: [{ ...tool, eager_input_streaming: false }] },
      BETA,
      { buffersTools: true },
    ],
    [
      'the input of a tool that is added in a message',
      { messages: [{ role: 'system', content: [{ type: 'tool_addition' }] }] },
      {},
      { buffersTools: true },
    ],
  ])('is %s', (_, over, headers, hiding) => {
    expect(hides(over, headers)).toMatchObject(hiding);
  });

  it.each([
    ['a part without a bound', {}, { unpriceable: [{ path: 'compaction', name: 'compaction' }] }, true],
    ['a tool that the provider runs', { tools: [{ type: 'web_search_20250305', max_uses: 1 }] }, BOUNDED, true],
    ['tools that the caller runs', { tools: [tool, { type: 'bash_20250124' }, { type: 'custom' }] }, BOUNDED, false],
  ])('are turns where it has %s: %j', (_, over, bounded, mayTakeTurns) => {
    expect(hides(over, {}, bounded).mayTakeTurns).toBe(mayTakeTurns);
  });
});
