import { type Edge, kept } from './edge.ts';

const found = (text: string): Edge => [text, '[REDACTED_PHONE]'];

export const PHONE_EDGES: readonly Edge[] = [
  // Of 9 to 15 digits behind a word that names it.
  ['phone: 41555501', 'phone: 41555501'],
  ['phone: 415555012', 'phone: [REDACTED_PHONE]'],
  ['phone: 415555012345678', 'phone: [REDACTED_PHONE]'],
  ['phone: 4155550123456789', 'phone: 4155550123456789'],
  ['phone: 4155550123.5', 'phone: 4155550123.5'],
  // Of at most 15 digits behind a plus (E.164).
  ['+2345678', '+2345678'],
  ['+23456789', '[REDACTED_PHONE]'],
  ['+491512345678901', '[REDACTED_PHONE]'],
  ['+4915123456789012', '+4915123456789012'],
  ['+49 (1) 2345 678', '[REDACTED_PHONE]'],
  ['+49 (1234) 567 890', '[REDACTED_PHONE]'],
  ['+49 (12345) 678 901', '+49 (12345) 678 901'],
  ['030/12345678', '[REDACTED_PHONE]'],
  ['030/123456789', '030/123456789'],
  ['004930123456789012', '004930123456789012'],
  // Where another group follows, it is another number.
  ['(415) 555-0123 now', '[REDACTED_PHONE] now'],
  ['(415) 555-0123 4', '(415) 555-0123 4'],
  ['(415) 555-0123-4', '(415) 555-0123-4'],
  // North America, with its country and without.
  ...['+14155550123', '+1 415 555 0123', '+1-415-555-0123', '+1.415.555.0123', '+1 (415) 555-0123', '+1(415)5550123']
    .concat('(415)555-0123', '(415) 555.0123', '(415) 555 0123', '1.415.555.0123', '1-415-555-0123', '1 212 555 0123')
    .concat('212 555 0123')
    .map(found),
  ...['212 555 012', '415.555-0123'].map(kept),
  ...[...'.-/_#$%&@)'].map((sign) => kept(`${sign}415-555-0123`)),
  // A country of one to three digits, with the digits of its area in brackets, in up to six groups of up to twelve.
  ...['+7 495 123-45-67', '+351 912 345 678', '+49-(30) 123456', '+49.(30) 123456', '+49/(30) 123456', '+49(30) 123456']
    .concat('+49 (30)123456', '+49 (30)1234567', '+39 (0)6 12345678', '+49 (0)123456789012', '+49.30.123456')
    .concat('+49/30/123456', '+49 123456789012', '+33 1 23 45 67 8 9', '+49 123456')
    .map(found),
  ...[
    '+3519 123 456',
    '+49 () 123456',
    '+49 (12345) 67890',
    '+7 (4)1234567890123',
    '+7 1234567890123',
    '+49 12345',
  ].map(kept),
  ['+33 1 2 3 4 5 6 7', '[REDACTED_PHONE] 7'],
  ['+49 1234567890 1234', '+49 1234567890 1234'],
  // A plus begins a number, also behind another; other numbers may be a group of it.
  ['70 +49 301234/56', '70 [REDACTED_PHONE]'],
  ['7 415-555-0123', '7 415-555-0123'],
  ['+415-555-0123', '[REDACTED_PHONE]'],
  ['7 +1 415 555 0123', '7 [REDACTED_PHONE]'],
  ['7 +4930123456', '7 [REDACTED_PHONE]'],
  ['7 +49 30 123456', '7 [REDACTED_PHONE]'],
  // The same behind 00, which is as long as two digits; in one piece only of some countries, with 8 to 12 digits.
  ...['007 495 123-45-67', '00351 912 345 678', '0049-(30) 123456 1', '0049.(30) 123456 1', '0049/(30) 123456 1']
    .concat('0049(30) 123456 1', '0049 (30)123456 1', '0039 (0)6 12345678', '0049.30.1234567', '0049/30/1234567')
    .concat('0049 123456789012', '0033 1 23 45 67 8 9', '0049 1234567', '0049 123 456 789 0123')
    .map(found),
  ...[
    '003519 123 456',
    '0049 () 1234567',
    '0049 (12345) 67890',
    '007 1234567890123',
    '0049 123456',
    '0049 (30)1234567',
  ].map(kept),
  ['0049 123 456 789 01234', '0049 123 456 789 01234'],
  ...['0049 (1234) 567 890', '007 (0)123456789012 1', '0049 (12) 34 56 78 90 1 2 3'].map(found),
  ...['0049 () 123 4567', '0049 (12345) 678 901', '0033 1 2 3 4 5 6 7', '0049 (12) 34 56 78 90 1 2 3 4'].map(kept),
  ...['49', '33', '34', '39', '41', '43', '44', '31', '32', '45', '46', '47', '48', '351', '353', '358'].map(
    (country) => found(`00${country}912345678`),
  ),
  ...['004912345678', '0049123456789012'].map(found),
  ...['00491234567', '00491234567890123', '0099912345678'].map(kept),
  // A trunk 0: France in pairs; elsewhere an area of three to five digits and two groups of three or four.
  ...['01-23-45-67-89', '01.23.45.67.89', '030-1234-5678', '030/1234-5678', '01632 960 123', '(030) 1234 5678']
    .concat('(01632) 960 123')
    .map(found),
  ...['01-23.45-67-89', '03-123-4567', '016329 601 234', '(03) 123 4567', '(016329) 601 234', '030-12-34567']
    .concat('030-12345-678', '030-1234-56', '030-123-45678')
    .map(kept),
  // An area of two to six and one group of five to eight; Australia's and Japan's two groups of four.
  ...['03 1234567', '033203 12345', '(03) 1234567', '(033203) 12345', '030 123456', '(03) 9123 4567'].map(found),
  ...['0332031 12345', '(0332031) 12345', '033203 1234', '030 12345'].map(kept),
  // Behind a word that names it, however that is written.
  ...['abcdefghijklphone: ', 'phone_number: ', 'phone-number: ', 'phone number: ', 'phoneNumber: ', 'phone no.: ']
    .concat('phone num: ', 'phone nr: ', "'phone': ", 'phone#: ', '*phone*: ', '_phone_: ', 'phone"\'#*: ', 'phone  : ')
    .concat('phone:  ', 'phone is ', 'phone%3A', 'phone%3D', '**phone:** ', '__phone:__ ', "phone: '", 'phone: *')
    .concat('phone: _', 'phone: ""\'\'', 'phone: "', 'phone = ')
    .map((before): Edge => [`${before}4155550123`, `${before}[REDACTED_PHONE]`]),
  ...['abcdefghijklmphone: ', 'phone"\'#*_: ', 'phone   : ', 'phone:   ', 'phone:*** ', 'phone: ""\'\'"', 'phone: see ']
    .concat('telephony: ', 'phone ')
    .map((before) => kept(`${before}4155550123`)),
];
