import { expect, it } from 'vitest';
import { DEFAULT_CLASSES, REDACTION_CLASSES } from '../../../lib/redaction/classes.ts';
import { openGuard } from '../../../lib/redaction/output-guard.ts';
import { sinking, start, text } from './sinking.ts';

/** How answers begin, as models cut them into tokens. */
const FIRST = [
  'Hello',
  'The',
  'I',
  'Sure',
  'Here',
  'To',
  'Yes',
  '#',
  '**',
  '- ',
  '1',
  '```',
  '{"',
  'Let me',
  'Das',
  '你好',
];

const heldBack = async (classes: typeof DEFAULT_CLASSES) => {
  const guard = await openGuard({ classes, isShadow: false });
  return FIRST.filter((piece) => {
    const { send, all } = sinking(guard);
    send(start({ type: 'text', text: '' }), text(piece));
    return all('text') !== piece;
  });
};

it('a first piece of an answer goes out with its own delta, unless it ends as a secret begins', async () => {
  const held = await heldBack(DEFAULT_CLASSES);
  expect(held).toEqual(['I', '1', 'Let me']);
  const guard = await openGuard({ classes: DEFAULT_CLASSES, isShadow: false });
  for (const piece of held) {
    const { send, all } = sinking(guard);
    send(start({ type: 'text', text: '' }), text(piece), text(' can'));
    expect(all('text')).toBe(`${piece} can`);
  }
});

it('with addresses on, a first word waits for the piece behind it, and no longer', async () => {
  expect(await heldBack(REDACTION_CLASSES)).toEqual(FIRST.filter((piece) => /\w$/.test(piece)));
  const guard = await openGuard({ classes: REDACTION_CLASSES, isShadow: false });
  const { send, all } = sinking(guard);
  send(start({ type: 'text', text: '' }), text('Hello'), text(' there'));
  expect(all('text')).toBe('Hello ');
});
