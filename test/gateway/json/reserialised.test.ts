import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reserialised } from '../../../lib/gateway/json/reserialised.ts';

interface Turn {
  readonly role: string;
  readonly content: readonly object[];
}

const TURN = String.raw`{ "role":"assistant", "content" :[ {"type":"thinking"} , {"type":"tool_use","input":{"id":12345678901234567890,"ratio":1.0,"word":"\u8239"}} ],"x":1 }`;
const TEXT = `[${TURN} ,\n{"role":"user","content":"a\\/b"}]`;

describe('what is written again', () => {
  const value = JSON.parse(TEXT) as [Turn, object];
  const from = { text: TEXT, value };

  it('is the same text where it is the same', () => {
    expect(reserialised(value, from)).toBe(TEXT);
  });

  it('keeps the text of every turn and block that it keeps', () => {
    const [turn, user] = value;
    const changed = [{ ...turn, content: turn.content.slice(1) }, user];
    expect(reserialised(changed, from)).toBe(
      String.raw`[{"role":"assistant","content":[{"type":"tool_use","input":{"id":12345678901234567890,"ratio":1.0,"word":"\u8239"}}],"x":1},{"role":"user","content":"a\/b"}]`,
    );
  });

  it('leaves out what is undefined, and has what is new', () => {
    expect(reserialised({ a: undefined, b: [null, { c: 'é"' }], d: value[1] }, from)).toBe(
      '{"b":[null,{"c":"é\\""}],"d":{"role":"user","content":"a\\/b"}}',
    );
  });

  it('finds its way where nothing is', () => {
    for (const text of ['[]', '{}', '[ ]', '{ }', 'null', '"a"', '-1.0e3', ' [ [ ] , { } ] '.trim()])
      expect(reserialised([JSON.parse(text)], { text, value: JSON.parse(text) })).toBe(
        `[${JSON.stringify(JSON.parse(text))}]`,
      );
  });
});

it('says what was wanted, whatever is kept and whatever is left out', () => {
  const turns = fc.array(fc.record({ role: fc.string(), content: fc.array(fc.json().map((text) => ({ text }))) }));
  fc.assert(
    fc.property(turns, fc.nat(3), fc.integer({ min: 0, max: 4 }), (wanted, drop, indent) => {
      const text = JSON.stringify(wanted, null, indent);
      const value = JSON.parse(text) as Turn[];
      const changed = value.map((turn, at) =>
        at % 2 === 0 ? { ...turn, content: turn.content.filter((_, block) => block !== drop) } : turn,
      );
      expect(JSON.parse(reserialised(changed, { text, value }))).toEqual(changed);
    }),
    { seed: 6, numRuns: 1_000 },
  );
});
