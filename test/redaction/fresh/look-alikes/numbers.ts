import type { Random } from '../../../../lib/kernel/clock.ts';
import { between, chars, DIGITS, fill, ibanCheck, inGroups, luhnDigit, times } from '../draw.ts';
import { type LookAlike, lookAlikes } from '../shape.ts';

/** As a card's number, but one digit makes Luhn's check fail. */
const badCard = (random: Random, start: string, length: number): string => {
  const digits = start + chars(random, length - start.length - 1, DIGITS);
  return digits + String((Number(luhnDigit(digits)) + between(random, 1, 9)) % 10);
};

const badIban = (random: Random, country: string, pattern: string): string => {
  const account = fill(random, pattern);
  const check = (Number(ibanCheck(country, account)) + between(random, 1, 90)) % 97;
  return `${country}${String(check).padStart(2, '0')}${account}`;
};

const FOURS = [4, 4, 4, 4];

export const cardLike = (random: Random): LookAlike[] =>
  lookAlikes('card-like', 'ISO/IEC 7812-1, annex B: fails Luhn', [
    `Card number: ${badCard(random, '4', 16)}`,
    `pan=${badCard(random, '51', 16)} rejected: checksum`,
    inGroups(badCard(random, '4', 16), FOURS, ' '),
    inGroups(badCard(random, '5', 16), FOURS, '-'),
    `Amex ${inGroups(badCard(random, '37', 15), [4, 6, 5], ' ')}`,
    `ticket ${badCard(random, '6011', 16)}`,
    `{"orderId":${badCard(random, '4', 16)}}`,
    `Kundennummer ${badCard(random, '36', 14)}`,
    `ref ${badCard(random, '4', 13)} was moved`,
    `batch-${badCard(random, '62', 19)}`,
    `invoice ${inGroups(badCard(random, '35', 16), FOURS, ' ')} is open`,
    `n° ${badCard(random, '2221', 16)}`,
  ]);

export const ssnLike = (random: Random): LookAlike[] =>
  lookAlikes('ssn-like', 'https://www.ssa.gov/employer/randomization.html (never assigned), and other numbers', [
    `SSN: 000-${fill(random, '1#-2###')}`,
    `ssn 666-${fill(random, '1#-3###')} is not valid`,
    `912-${fill(random, '1#-4###')}`,
    `"ssn":"9${fill(random, '0#-1#-5###')}"`,
    `SSN: 123-00-${fill(random, '4###')}`,
    `social security number ${fill(random, '51#')}-45-0000`,
    `part 123-456-${fill(random, '78')}`,
    `EIN 12-${fill(random, '34#####')}`,
    `lot ${fill(random, '12-345-67##')}`,
    `000-00-0000`,
    `XXX-XX-${fill(random, '####')}`,
    `room 1234-56-789`,
  ]);

export const ibanLike = (random: Random): LookAlike[] =>
  lookAlikes('iban-like', 'ISO 13616: the checksum is wrong', [
    `IBAN: ${badIban(random, 'DE', '##################')}`,
    `Pay to ${inGroups(badIban(random, 'GB', '@@@@##############'), [4, 4, 4, 4, 4, 2], ' ')}.`,
    `{"iban":"${badIban(random, 'FR', '#######################')}"}`,
    `konto ${badIban(random, 'NL', '@@@@##########')}`,
    `part no ${badIban(random, 'ES', '####################')}`,
    `Ref: ${inGroups(badIban(random, 'CH', '#################'), [4, 4, 4, 4, 4, 1], ' ')}`,
    `BIC COBADEFFXXX`,
    `VAT id DE123456789, IT12345678901`,
    `ISIN US0378331005 and DE000BASF111`,
    `LEI 5493001KJTIIGC8Y1R12`,
  ]);

export const referenceNumbers = (random: Random): LookAlike[] => [
  ...lookAlikes('reference-number', 'numbers of orders and invoices as shops write them', [
    `Order #${fill(random, '########')} was shipped.`,
    `Bestellnummer 302-${fill(random, '#######-#######')}`,
    `Invoice INV-2026-${fill(random, '00####')}`,
    `Rechnung Nr. ${fill(random, '2026/11/####')}`,
    `ticket ABC-${fill(random, '####')}`,
    `case ${fill(random, '0005####')}`,
    `PO ${fill(random, '45000#####')}`,
    `N° de commande : ${fill(random, 'FR#######*')}`,
    `SKU ${fill(random, '@@@-###-@@-##')}`,
    `Aktenzeichen 12 O ${fill(random, '###')}/26`,
    `booking ${fill(random, '@@@@@@')}, seat 12A`,
    `order=${fill(random, 'ORD-##########')} status=paid`,
    `policy ${fill(random, 'P-##-######-@')}`,
  ]),
  ...lookAlikes(
    'tracking-number',
    'https://www.ups.com, https://www.usps.com, https://www.fedex.com: forms of tracking numbers',
    [
      `UPS 1Z${fill(random, '***##################').slice(0, 16)}`,
      `USPS 9400 1${fill(random, '### #### #### #### ## ##')}`,
      `FedEx ${fill(random, '7########0##')}`,
      `DHL 00340${fill(random, '###############')}`,
      `tracking: ${fill(random, 'RR#########DE')}`,
      `Sendung ${fill(random, 'JJD0003########')}`,
    ],
  ),
  ...lookAlikes('article-number', 'https://www.isbn-international.org; https://www.gs1.org; https://portal.issn.org', [
    'ISBN 978-3-16-148410-0',
    'ISBN 0-306-40615-2',
    'isbn: 9780131103627',
    'EAN 4006381333931',
    'GTIN 00012345600012',
    'ISSN 0378-5955',
    'DOI 10.1038/s41586-020-2649-2',
    'orcid.org/0000-0002-1825-0097',
    'UPC 036000291452',
    'arXiv:1706.03762v7',
  ]),
  ...lookAlikes('device-number', '3GPP TS 23.003 (IMEI, ICCID of ITU-T E.118): Luhn holds, yet no card', [
    ...times(2, () => {
      const imei = fill(random, '35#########') + fill(random, '###');
      return `IMEI: ${imei}${luhnDigit(imei)}`;
    }),
    ...times(2, () => {
      const iccid = fill(random, '8949#############') + fill(random, '#');
      return `ICCID ${iccid}${luhnDigit(iccid)}`;
    }),
    `serial C02${fill(random, '*****')}MD6M`,
    'VIN 1HGCM82633A004352',
  ]),
];
