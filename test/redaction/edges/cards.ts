import type { Edge } from './edge.ts';

export const CARD_EDGES: readonly Edge[] = [
  // A card before a fraction of zeros, and a number with another fraction.
  ['4111111111111111.00', '[REDACTED_CARD].00'],
  ['4111111111111111.005', '4111111111111111.005'],
  ['4111111111111111.', '[REDACTED_CARD].'],
  // Before a word.
  ['4111111111111111-visa', '[REDACTED_CARD]-visa'],
  ['4111111111111111_visa', '[REDACTED_CARD]_visa'],
  ['4111111111111111-xy', '4111111111111111-xy'],
  ['4111111111111111xvisa', '4111111111111111xvisa'],
  // Of 13 to 19 digits with a right check digit, behind a word that names it.
  ['card 711111111110', 'card 711111111110'],
  ['card 7111111111116', 'card [REDACTED_CARD]'],
  ['card 4111111111111111110', 'card [REDACTED_CARD]'],
  ['card 41111111111111111115', 'card 41111111111111111115'],
  ['4111111111111111.5', '4111111111111111.5'],
  ['4111111111111111-VISA', '[REDACTED_CARD]-VISA'],
  ['4111111111111111-made', '[REDACTED_CARD]-made'],
  ['4111111111111111-9visa', '4111111111111111-9visa'],
  ['4111111111111111-abcdefabcdefabcdefghijk', '4111111111111111-abcdefabcdefabcdefghijk'],
  ['4111111111111111-mastercardbusinessdebit', '[REDACTED_CARD]-mastercardbusinessdebit'],
  // Behind a name, or a plus for a blank in a form.
  ['CARD_4111111111111111', 'CARD_[REDACTED_CARD]'],
  ['card no.-4111111111111111', 'card no.-4111111111111111'],
  ['=a+4111111111111111', '=a+[REDACTED_CARD]'],
  ['a++4111111111111111', 'a++4111111111111111'],
  ['library card 2123400012345674', 'library card 2123400012345674'],
  // In groups: of China UnionPay's 6 and 13, and before a group that is none of the card.
  ['622848 0402564890018', '[REDACTED_CARD]'],
  ['4111 1111 1111 1111 12/27', '[REDACTED_CARD] 12/27'],
  ['4111-1111-1111-1111-12', '[REDACTED_CARD]-12'],
  ['4111-1111-1111-1111-x', '4111-1111-1111-1111-x'],
  ['6200-0000-0000-0000-05-7', '[REDACTED_CARD]-7'],
  ['6200-0000-0000-1003-1024', '6200-0000-0000-1003-1024'],
  ['6200 0000 0000 1003 1024', '[REDACTED_CARD] 1024'],
];
