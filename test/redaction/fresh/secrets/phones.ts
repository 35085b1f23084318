import type { Random } from '../../../../lib/kernel/clock.ts';
import { fill } from '../draw.ts';
import { plant, type Planted } from '../shape.ts';

const ABOUT = { kind: 'phone', class: 'phone', label: 'PHONE' } as const;
const E123 = 'https://www.itu.int/rec/T-REC-E.123 (notation), T-REC-E.164 (numbers)';
const NANPA = 'https://www.nanpa.com/numbering/555-line-numbers (555-0100 to 555-0199 are kept for fiction)';
const OFCOM = 'https://www.ofcom.org.uk/phones-and-broadband/phone-numbers/numbers-for-drama';
const NATIONAL = 'https://www.itu.int/oth/T0202.aspx?parent=T0202 (national numbering plans)';

/** The text, the number's form (`#` is any digit) and who says so. */
const FORMS: readonly (readonly [text: string, form: string, source: string])[] = [
  ['Call me at § after six.', '+1 212 555 01##', NANPA],
  ['Phone: §', '(415) 555-01##', NANPA],
  ['{"phone":"§"}', '+141555501##', NANPA],
  ['my number is §, leave a message', '617-555-01##', NANPA],
  ['Tel. §', '+1 (303) 555-01##', NANPA],
  ['Fax § (office hours)', '503.555.01##', NANPA],
  ['<a href="tel:§">Call</a>', '+1-206-555-01##', NANPA],
  ['Cell §, home the same.', '1-702-555-01##', NANPA],
  ['Ring us on § for a table.', '020 7946 0###', OFCOM],
  ['Mobile: §', '07700 900###', OFCOM],
  ['WhatsApp § please', '+44 7700 900###', OFCOM],
  ['Our Leeds office: §', '+44 113 496 0###', OFCOM],
  ['contact:\n  phone: §\n', '+44 (0)20 7946 0###', OFCOM],
  ['Telefon: §', '+49 30 23125 ###', NATIONAL],
  ['Sie erreichen mich unter §.', '030 23125###', NATIONAL],
  ['Handy: §', '0171 39200##', NATIONAL],
  ['Tel.: § (Zentrale)', '+49 (0)89 99998-###', NATIONAL],
  ['Rückruf bitte an §', '069/90009###', NATIONAL],
  ['Appelez le § avant midi.', '01 99 00 ## ##', NATIONAL],
  ['Mon portable : §', '+33 6 39 98 ## ##', NATIONAL],
  ['Tél. §', '06.39.98.##.##', NATIONAL],
  ['Llámame al §, por favor.', '+34 612 3## ###', NATIONAL],
  ['Teléfono: §', '91 538 ## ##', NATIONAL],
  ['Il mio cellulare è §', '+39 347 55# ####', NATIONAL],
  ['Tel. §', '06 698 8####', NATIONAL],
  ['Bel § voor een afspraak.', '+31 6 1234 5###', NATIONAL],
  ['Telefoonnummer: §', '020-794 0###', NATIONAL],
  [
    'Phone § (Sydney)',
    '+61 2 5550 ####',
    'https://www.acma.gov.au/phone-numbers-use-tv-shows-films-and-creative-works',
  ],
  ['Mobile §', '0491 570 ###', 'https://www.acma.gov.au/phone-numbers-use-tv-shows-films-and-creative-works'],
  ['電話：§', '03-5550-####', NATIONAL],
  ['携帯 §', '+81 90-5550-####', NATIONAL],
  ['电话：§', '+86 138 0013 8###', NATIONAL],
  ['Phone number § on the KYC form', '+91 98765 4####', NATIONAL],
  ['Telefone: §', '+55 11 95555-####', NATIONAL],
  ['Ligue para §', '(11) 3555-####', NATIONAL],
  ['name,phone\nAnna,§\n', '+46 70 174 06 ##', NATIONAL],
  ['tlf. §', '+47 400 55 ###', NATIONAL],
  ['INFO sms queued to=§ id=88', '+48512345###', E123],
  ['Телефон: §', '+7 495 555-##-##', NATIONAL],
  ['Natel §', '+41 79 555 ## ##', NATIONAL],
  ['Mobil: §', '0664 555 ####', NATIONAL],
  ['call § (toll-free)', '1-800-555-01##', NANPA],
  ['SMS an § gesendet', '+43664555####', E123],
  ['From: § (Twilio)', '+165055501##', NANPA],
];

export const phones = (random: Random): Planted[] =>
  FORMS.flatMap(([text, form, source]) => plant({ ...ABOUT, source }, [text], [fill(random, form)]));
