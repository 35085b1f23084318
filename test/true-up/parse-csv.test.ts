import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCsv } from '../../scripts/true-up/parse-csv.ts';

describe('a CSV text', () => {
  it.each<[what: string, text: string, rows: string[][]]>([
    [
      'lines that end with CRLF',
      'a,b\r\n1,2\r\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a last line without an end',
      'a,b\n1,2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    ['a comma, a quote and a line end in quotes', '"a,b","c ""d""","e\nf"\n', [['a,b', 'c "d"', 'e\nf']]],
    [
      'empty cells, the last one too',
      'a,,\n,"",b\n',
      [
        ['a', '', ''],
        ['', '', 'b'],
      ],
    ],
    ['a last cell that is empty and ends the text', 'a,', [['a', '']]],
    ['empty lines', '\n\na\n\n', [['a']]],
    ['a byte order mark', '\uFEFFa,b\n', [['a', 'b']]],
    ['text beyond ASCII', '≤ 200k,船\n', [['≤ 200k', '船']]],
    ['nothing', '', []],
  ])('is read with %s', (_, text, rows) => {
    expect(parseCsv(text)).toEqual(rows);
  });

  it.each([
    ['a quote that is never closed', 'a\n"b,c\n', 'Line 2'],
    ['a quote inside a bare cell', 'a"b,c\n', 'Line 1'],
    ['text behind a closing quote', '"a"b\n', 'Line 1'],
  ])('is refused for %s', (_, text, line) => {
    expect(() => parseCsv(text)).toThrow(`${line} of the report has a quote out of place.`);
  });

  it('is read back as it was written, whatever its cells hold', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', '船') });
    const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 5 }), { maxLength: 5 });
    const written = (cells: string[]) => cells.map((text) => `"${text.replaceAll('"', '""')}"`).join(',');
    fc.assert(
      fc.property(rows, fc.constantFrom('\n', '\r\n'), (table, end) => {
        expect(parseCsv(table.map((cells) => written(cells) + end).join(''))).toEqual(table);
      }),
      { seed: 20261121 },
    );
  });
});
