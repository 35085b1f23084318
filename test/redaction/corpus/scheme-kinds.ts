import type { Kind } from './key-kinds.ts';
import { grouped, inGroups, luhnDigit } from './personal-kinds.ts';

/** Prefixes and lengths of schemes of one country or region, and of wide ones beside Visa and Mastercard. */
const SCHEMES: readonly (readonly [string, number])[] = [
  ['979203', 16],
  ['606900', 16],
  ['607', 16],
  ['652150', 16],
  ['817200', 16],
  ['820000', 16],
  ['508500', 16],
  ['506699', 16],
  ['509040', 16],
  ['636297', 16],
  ['636368', 16],
  ['606282', 16],
  ['384100', 16],
  ['6799', 16],
  ['676770', 18],
  ['5612', 13],
  ['5893', 19],
  ['639000', 16],
  ['501900', 16],
  ['220220', 16],
  ['220432', 19],
  ['2205', 16],
  ['286900', 16],
  ['860002', 16],
  ['986001', 16],
  ['810000', 19],
  ['633110', 18],
  ['6370', 16],
  ['6360', 19],
  ['3095', 16],
];
const SCHEME_SOURCE =
  'ISO/IEC 7812-1; BIN tables of Troy (BKM), RuPay (NPCI), Elo, Hipercard, Maestro, Dankort (Nets), Mir (NSPK), Carnet, Uzcard, Humo, UnionPay';

const ENCODED = ['\u{a0}', '\u{202f}', '\u{2009}', '\u{2010}', '\u{2011}', '+', '%20', '&nbsp;'] as const;

/** Visa's own test number and others with a right check digit, drawn. */
const luhnOf = (body: string): string => body + luhnDigit(body);

const PLACES = [
  ['', '.00'],
  ['', '.0'],
  ['', '-visa'],
  ['card_', ''],
  ['card-', '_exp'],
  ['visa_', ''],
  ['pay+', '&x=1'],
  ['cc-no_', ''],
] as const;

/** No scheme of the world begins so: only the word before tells. */
const NAMES = [
  'card number: ',
  'Credit card no. ',
  'debitCard=',
  'card_number%3D',
  'PAN: ',
  'cc=',
  'ccn ',
  '"pan": "',
  'Visa number ',
  'Mastercard: ',
  'amex ',
  'maestro=',
  'Discover is ',
  'RuPay: ',
  'unionpay #',
  'cards: ',
] as const;

export const SCHEME_KINDS: readonly Kind[] = [
  {
    kind: 'card-of-schemes',
    label: 'CARD',
    source: SCHEME_SOURCE,
    count: 2 * SCHEMES.length,
    make: (draw, at) => {
      const [prefix, length] = SCHEMES[at % SCHEMES.length] ?? ['4', 16];
      const number = luhnOf(prefix + draw.chars('d', length - prefix.length - 1));
      return { secret: at < SCHEMES.length ? number : inGroups(draw, number) };
    },
  },
  {
    kind: 'card-encoded',
    label: 'CARD',
    source: 'RFC 3986, 2.1; WHATWG URL, application/x-www-form-urlencoded; Unicode, spaces and dashes; HTML, 13.5',
    count: 2 * ENCODED.length,
    make: (draw, at) => ({
      secret: grouped(luhnOf(`4${draw.chars('d', 14)}`), [4, 4, 4, 4], ENCODED[at % ENCODED.length] ?? ' '),
    }),
  },
  {
    kind: 'card-in-place',
    label: 'CARD',
    source: 'ISO/IEC 7812-1; RFC 4180 (tables of floats write .0)',
    count: 2 * PLACES.length,
    make: (draw, at) => {
      const [before, after] = PLACES[at % PLACES.length] ?? ['', ''];
      return { before, secret: luhnOf(`51${draw.chars('d', 13)}`), after };
    },
  },
  {
    kind: 'card-named',
    label: 'CARD',
    source: 'ISO/IEC 7812-1, annex B: the check digit of any issuer',
    count: 2 * NAMES.length,
    make: (draw, at) => {
      const before = NAMES[at % NAMES.length] ?? '';
      const number = luhnOf(`7${draw.chars('d', draw.pick([11, 14, 14, 17]))}`);
      return {
        before,
        secret: at < NAMES.length ? number : inGroups(draw, number),
        after: before.endsWith('"') ? '"' : '',
      };
    },
  },
  {
    kind: 'email-international',
    label: 'EMAIL',
    source: 'RFC 6531; RFC 5890; RFC 3492',
    count: 18,
    make: (draw) => ({
      secret: `${draw.pick(['müller', 'jürgen.weiß', 'zoë', 'élodie.b', 'иван', 'αθηνά', 'mu\u{308}ller', 'ada'])}|${draw.pick(['@', '@', '@', '%40'])}${draw.pick(['example.com', 'bücher.example', 'пример.рф', 'example.xn--p1ai'])}`,
    }),
  },
];
