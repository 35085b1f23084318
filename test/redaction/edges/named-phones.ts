import { type Edge, foundAs, kept } from './edge.ts';

const found = foundAs('PHONE');

/** Numbers of any country's groups, behind a word that names them. */
export const NAMED_PHONE_EDGES: readonly Edge[] = [
  ...['Tel. ', 'Tel: ', 'Teléfono: ', 'telefono: ', 'Telefone: ', 'Telefon: ', 'móvil: ', 'movil: ', 'Celular: ']
    .concat('cellulare: ', 'phone number: ')
    .map((before) => found(before, '91 538 55 23')),
  ...[
    '06 698 85630',
    '06-698-85630',
    '9669 885630',
    '12 34 56 78 90',
    '12 34 56 78 90 12',
    '12 34 56 78 90 12 34',
    '12 34567890',
    '9 538 55 231',
    '98765 43210',
    '91-538 55 23',
    '070-123 45 67',
    '2024-01-1512345',
  ].map((number) => found('Tel. ', number)),
  found('Tel. ', '06 698 85630', ' now'),
  found('Tel. ', '0669885630', ' 2'),
  found('Téléphone: ', '0612345678'),
  ...['Tel 91 538 55 23', 'Hotel. 91 538 55 23', 'Tel. 91 538 55', 'Tel. 915380 55 2312', 'Tel. 91/538 55 23']
    .concat('Tel. 91 538 5 52312', 'Tel. 12 34 56 78 90 12 34 56', 'Tel. 06 698 85630 2', 'Tel. 91 538 55 23.5')
    .concat('Tel. 91 5 38552312', 'Tel. 91 538552312 34567', 'phone: 2024-01-15')
    .concat('phone: 2024-01-15 10 30', 'phone: 2024-01-15 10:30', 'phone: 20240-1-15')
    .map(kept),
  // A full stop is a sign behind an abbreviation alone.
  ...['Tel.', 'Order by phone. ', 'obj.cell.', 'Mobile. '].map((before) => kept(`${before}91 538 55 23`)),
  found('Fax. ', '91 538 55 23'),
  // Brazil.
  found('', '(11) 3555-5463'),
  found('', '(11)95555-3828'),
  found('', '(11) 2019-3555'),
  ...['(11) 85555-3828', '(1) 3555-5463', '(11) 3555 5463', '(10) 3555-5463', '(11) 1555-5463'].map(kept),
  ...['(11) 6555-5463', '(12) 2019-2020', '(45) 1123-1134'].map(kept),
];
