import type { Draw } from './drawn-text.ts';
import type { LookAlikeKind } from './look-alike-kinds.ts';
import { grouped, luhnDigit } from './personal-kinds.ts';

const luhnOf = (body: string): string => body + luhnDigit(body);
const card = (draw: Draw): string => luhnOf(`4${draw.chars('d', 14)}`);

/** Numbers with a right check digit that pay nothing, and cards' digits in places where no card stands. */
const NEAR_CARDS: readonly ((draw: Draw) => string)[] = [
  (draw) => `order ${luhnOf(`9${draw.chars('d', 14)}`)}`,
  (draw) => `order-${card(draw)}`,
  (draw) => `invoice_${card(draw)}`,
  (draw) => grouped(card(draw), [3, 7, 6], '-'),
  (draw) => grouped(card(draw), [4, 4, 8], ' '),
  (draw) => grouped(card(draw), [6, 10], ' '),
  (draw) => grouped(card(draw), [4, 12], '-'),
  (draw) => `${card(draw)}-fade`,
  (draw) => `${card(draw)}-${draw.chars('x', 4)}0`,
  (draw) => `${card(draw)}.25`,
  (draw) => `SIM card number: ${luhnOf(`89${draw.chars('d', 16)}`)}`,
  (draw) => `library card 2${luhnOf(`1${draw.chars('d', 12)}`).replace(/.$/, '')}`,
  (draw) => `gift card ${luhnOf(`7${draw.chars('d', 14)}`)}`,
  (draw) => `loyalty-card ${luhnOf(`7${draw.chars('d', 14)}`)}`,
  (draw) => `member card ${luhnOf(`7${draw.chars('d', 14)}`)}`,
  (draw) => `membership card: ${luhnOf(`7${draw.chars('d', 14)}`)}`,
  (draw) => `ID card ${luhnOf(`7${draw.chars('d', 14)}`)}`,
  (draw) => `insurance card ${luhnOf(`7${draw.chars('d', 14)}`)}`,
  (draw) => `Bonus card ${luhnOf(`7${draw.chars('d', 14)}`)}`,
  (draw) => `discard ${luhnOf(`7${draw.chars('d', 14)}`)}`,
  (draw) => `card number: ${draw.chars('d', 12)}`,
  (draw) => `IMEI ${luhnOf(`35${draw.chars('d', 12)}`)}`,
];

const FILES = ['png', 'jpg', 'jpeg', 'gif', 'webp', 'svg', 'css', 'html', 'json', 'js', 'ts', 'mjs', 'tsx', 'jsx'];
const MORE_FILES = ['xml', 'yml', 'yaml', 'txt', 'lock', 'local'];

export const SCHEME_LOOK_ALIKES: readonly LookAlikeKind[] = [
  {
    kind: 'near-card',
    source: 'GS1, 3GPP TS 23.003 and shops: numbers with a Luhn digit that are no payment cards',
    count: 3 * NEAR_CARDS.length,
    make: (draw, at) => NEAR_CARDS[at % NEAR_CARDS.length]?.(draw) ?? '',
  },
  {
    kind: 'file-with-at',
    source: 'Apple, Retina file names (@2x)',
    count: FILES.length + MORE_FILES.length,
    make: (_draw, at) => `icon@2x.${[...FILES, ...MORE_FILES][at] ?? ''}`,
  },
];
