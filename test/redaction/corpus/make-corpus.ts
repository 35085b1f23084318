import { seededRandom } from '../../seeded-random.ts';
import { createDraw, type Draw } from './drawn-text.ts';
import { FURTHER_KINDS, FURTHER_LOOK_ALIKES } from './further-kinds.ts';
import { ISSUER_KINDS } from './issuer-kinds.ts';
import { KEY_KINDS, WRITTEN_KINDS } from './key-kinds.ts';
import { LOOK_ALIKES } from './look-alike-kinds.ts';
import { PERSONAL_KINDS } from './personal-kinds.ts';
import { PERSONAL_LOOK_ALIKES } from './personal-look-alikes.ts';
import { PERSONAL_SPELLED_KINDS } from './personal-spelled-kinds.ts';
import { SCHEME_KINDS } from './scheme-kinds.ts';
import { SCHEME_LOOK_ALIKES } from './scheme-look-alikes.ts';
import { SPELLED_KINDS } from './spelled-kinds.ts';
import { SPELLED_LOOK_ALIKES } from './spelled-look-alikes.ts';
import { TOKEN_KINDS } from './token-kinds.ts';

/** A text with one secret in it, in parts: no file of the repository holds a secret's form whole, so no scanner finds one. */
export interface TrueSecret {
  readonly kind: string;
  readonly label: string;
  readonly before: string;
  readonly secret: readonly string[];
  readonly after: string;
  readonly heldOut: boolean;
}

export interface LookAlike {
  readonly kind: string;
  readonly text: string;
  readonly heldOut: boolean;
}

type Around = readonly (readonly [string, string])[];

/** What stands around a secret or its look-alike; the held-out third has surroundings of its own. */
const AROUND: Around = [
  ['', ''],
  ['The value is ', '.'],
  ['Here: ', '\n'],
  ['(', ')'],
  ['- ', '\n- next'],
  ['`', '`'],
  ['"', '"'],
  ['| a | ', ' | b |'],
  ['{"note": "', '"}'],
  ['Use ', ' for the test, please.'],
  ['\n\n', '\n\n'],
  ['It was ', ', I think'],
];
const HELD_OUT_AROUND: Around = [
  ['', ''],
  ['```\n', '\n```'],
  ['you sent ', '; is that right?'],
  ['<td>', '</td>'],
  ["'", "'"],
  ['**', '**'],
  ['value -> ', ' (copied)'],
  ['1. ', '\n2. other'],
  ['Name;', ';end'],
  ['Sure! ', ' - done'],
  ['\t', '\r\n'],
  ['[', ']'],
];

const isHeldOut = (at: number): boolean => at % 3 === 2;
const aroundOf = (draw: Draw, heldOut: boolean) => draw.pick(heldOut ? HELD_OUT_AROUND : AROUND);

export const KINDS = [
  ...KEY_KINDS,
  ...TOKEN_KINDS,
  ...PERSONAL_KINDS,
  ...WRITTEN_KINDS,
  ...SCHEME_KINDS,
  ...SPELLED_KINDS,
  ...PERSONAL_SPELLED_KINDS,
  ...ISSUER_KINDS,
  ...FURTHER_KINDS,
];

export const makeSecrets = (): TrueSecret[] =>
  KINDS.flatMap(({ kind, label, count, make }, seed) => {
    const draw = createDraw(seededRandom(1_000 + seed));
    return Array.from({ length: count }, (_, at) => {
      const heldOut = isHeldOut(at);
      const [left, right] = aroundOf(draw, heldOut);
      const { before = '', secret, after = '' } = make(draw, at);
      return { kind, label, before: left + before, secret: secret.split('|'), after: after + right, heldOut };
    });
  });

export const LOOK_ALIKE_KINDS = [
  ...LOOK_ALIKES,
  ...SCHEME_LOOK_ALIKES,
  ...SPELLED_LOOK_ALIKES,
  ...PERSONAL_LOOK_ALIKES,
  ...FURTHER_LOOK_ALIKES,
];

export const makeLookAlikes = (): LookAlike[] =>
  LOOK_ALIKE_KINDS.flatMap(({ kind, count, make }, seed) => {
    const draw = createDraw(seededRandom(2_000 + seed));
    return Array.from({ length: count }, (_, at) => {
      const heldOut = isHeldOut(at);
      const [left, right] = aroundOf(draw, heldOut);
      return { kind, text: left + make(draw, at) + right, heldOut };
    });
  });
