import type { Random } from '../../../../lib/kernel/clock.ts';
import { fill, ibanCheck, inGroups, times } from '../draw.ts';
import { plant, type Planted } from '../shape.ts';

const ABOUT = {
  kind: 'iban',
  class: 'iban',
  label: 'IBAN',
  source: 'https://www.swift.com/standards/data-standards/iban-international-bank-account-number',
} as const;

/** The account's part of each country: `#` a digit, `@` a letter, `*` one of both. */
const COUNTRIES = {
  DE: '##################',
  FR: '##########***********##',
  GB: '@@@@##############',
  NL: '@@@@##########',
  ES: '####################',
  IT: '@##########************',
  BE: '############',
  CH: '#####************',
  AT: '################',
  PL: '########################',
  SE: '####################',
  NO: '###########',
  DK: '##############',
  FI: '##############',
  PT: '#####################',
  IE: '@@@@##############',
  LU: '###*************',
  CZ: '####################',
  HU: '########################',
  RO: '@@@@****************',
  TR: '######****************',
  SA: '##******************',
  AE: '###################',
  BR: '#######################@*',
  MT: '@@@@#####******************',
  GR: '#######****************',
} as const;

const TEXTS = [
  'IBAN: §',
  'Bitte überweisen Sie den Betrag auf § bis zum 15.',
  '{"iban":"§","bic":"COBADEFFXXX"}',
  'Please pay into §.',
  'name,iban,amount\nBerg,§,120.00\n',
  'Virement vers § effectué hier.',
  'Empfänger: Anna Berg\nKonto: §\nZweck: Miete',
  'account:\n  iban: §\n',
  'El número de cuenta es §, a nombre de Sofía.',
  'refund to § failed: account closed',
  '<IBAN>§</IBAN>',
  'Mijn rekening § is gewijzigd.',
  "transfer(to='§', amount=50)",
];

export const ibans = (random: Random): Planted[] =>
  Object.entries(COUNTRIES).flatMap(([country, pattern], index) => {
    const account = fill(random, pattern);
    const iban = `${country}${ibanCheck(country, account)}${account}`;
    const spaced = inGroups(
      iban,
      times(9, () => 4),
      ' ',
    );
    return plant(ABOUT, [TEXTS[index % TEXTS.length]!], [Math.floor(index / 2) % 2 === 0 ? iban : spaced]);
  });
