import type { Random } from '../../../../lib/kernel/clock.ts';
import { between, chars, DIGITS, inGroups, luhnDigit, times } from '../draw.ts';
import { plant, type Planted } from '../shape.ts';

const ABOUT = { kind: 'card', class: 'cards', label: 'CARD' } as const;

interface Scheme {
  prefix: (random: Random) => string;
  length: number;
  groups: readonly number[];
  source: string;
}

const VISA = 'https://developer.visa.com (accounts begin with 4, 13 to 19 digits; ISO/IEC 7812-1)';
const MASTERCARD =
  'https://www.mastercard.us/en-us/business/issuers/get-support/simplified-bin-account-range-table.html';
const AMEX = 'https://www.americanexpress.com/ (34 and 37, 15 digits)';
const DISCOVER = 'https://www.discoverglobalnetwork.com/resources/ (IIN ranges of Discover, Diners Club and UnionPay)';
const JCB = 'https://www.global.jcb/en/ (3528 to 3589)';
const FOURS = [4, 4, 4, 4];

const range = (from: number, to: number) => (random: Random) => String(between(random, from, to));

const SCHEMES: readonly Scheme[] = [
  { prefix: range(4, 4), length: 16, groups: FOURS, source: VISA },
  { prefix: range(51, 55), length: 16, groups: FOURS, source: MASTERCARD },
  { prefix: range(34, 34), length: 15, groups: [4, 6, 5], source: AMEX },
  { prefix: range(6011, 6011), length: 16, groups: FOURS, source: DISCOVER },
  { prefix: range(2221, 2720), length: 16, groups: FOURS, source: MASTERCARD },
  { prefix: range(3528, 3589), length: 16, groups: FOURS, source: JCB },
  { prefix: range(36, 36), length: 14, groups: [4, 6, 4], source: DISCOVER },
  { prefix: range(37, 37), length: 15, groups: [4, 6, 5], source: AMEX },
  { prefix: range(62, 62), length: 16, groups: FOURS, source: DISCOVER },
  { prefix: range(4, 4), length: 13, groups: [4, 3, 3, 3], source: VISA },
  { prefix: range(644, 659), length: 16, groups: FOURS, source: DISCOVER },
  { prefix: range(4, 4), length: 19, groups: [4, 4, 4, 4, 3], source: VISA },
  { prefix: range(300, 305), length: 14, groups: [4, 6, 4], source: DISCOVER },
  { prefix: range(62, 62), length: 19, groups: [6, 13], source: DISCOVER },
  { prefix: range(6759, 6763), length: 18, groups: [4, 4, 4, 4, 2], source: MASTERCARD },
];

const TEXTS = [
  'Card number: §',
  'Please charge § and send the receipt.',
  '{"pan":"§","exp":"12/28","brand":"x"}',
  'order,card,total\n8812,§,49.90\n',
  'Meine Kreditkarte § wurde abgelehnt.',
  'payment failed for card § (do_not_honor)',
  'number=§&exp_month=12&exp_year=2028',
  'card:\n  number: §\n  holder: ANNA BERG\n',
  'La tarjeta es §, vence en marzo.',
  "const pan = '§';",
  'I paid with §.',
  'Visa/MC/Amex: §, CVV on the phone',
  'carte n° § refusée',
  '<CardNumber>§</CardNumber>',
  'カード番号：§',
  '2026-11-05T12:00:00Z DEBUG tokenise pan=§ result=ok',
  '- § (expires 04/29)',
];

export const cards = (random: Random): Planted[] =>
  times(45, (index) => {
    const { prefix, length, groups, source } = SCHEMES[index % SCHEMES.length]!;
    const start = prefix(random);
    const digits = start + chars(random, length - start.length - 1, DIGITS);
    const number = digits + luhnDigit(digits);
    const separator = ['', ' ', '-'][Math.floor(index / SCHEMES.length)]!;
    const text = TEXTS[index % TEXTS.length]!;
    return plant({ ...ABOUT, source }, [text], [separator ? inGroups(number, groups, separator) : number]);
  }).flat();
