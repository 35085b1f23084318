import { drawn } from './drawn.ts';
import { type Edge, kept } from './edge.ts';

const LINE = drawn(40);
const END = '-----END PRIVATE KEY-----';
const begin = (title: string) => `-----BEGIN ${title}-----`;
const BEGIN = begin('PRIVATE KEY');

const found = (text: string): Edge => [text, '[REDACTED_PRIVATE_KEY]'];
/** A key that ends, and then a word. */
const whole = (key: string): Edge => [`${key} Done`, '[REDACTED_PRIVATE_KEY] Done'];
/** One that is cut off within what is written. */
const cut = (key: string, rest: string): Edge => [`${key}${rest}`, `[REDACTED_PRIVATE_KEY]${rest}`];

/** Three lines, each between these. */
const lines = (before: string, after: string): string =>
  [BEGIN, LINE, drawn(8), END].map((line, at) => `${at === 0 ? '' : before}${line}${at === 3 ? '' : after}`).join('');

/** Keys of which each line is a text of its own, or has something before it. */
const LINE_BY_LINE: readonly Edge[] = [
  ...[
    lines('"', String.raw`\n" +` + '\n'),
    lines("'", "'\n"),
    lines('`', '`,\n  '),
    lines('"', '" \\\n'),
    lines('"', '" . '),
  ]
    .concat(lines('"', '",\n\t'), lines('// ', '\n'), lines('- ', '\n'), lines('2\t', '\n'), lines('12345 ', '\n'))
    .concat(
      lines('  12: ', '\n'),
      lines(' 3 | ', '\n'),
      lines('2026-11-29T10:00:00Z app[1]: ', '\n'),
      lines('2026-11-29T10:00:00Z app: ', '\r\n'),
    )
    .concat(
      lines('2026-11-29T10:00:00Z ', '\n'),
      lines('', '&#10;'),
      lines('', '\n...\n'),
      lines('', '\n[…]\n'),
      lines('', '\n  ... \n'),
    )
    .map(whole),
  ...[
    '\n- Cryptographically safe',
    '",\n  format',
    '"\n\'',
    '\n// and so on',
    '\n....\n',
    '\n...',
    '&#11;',
    '"',
    '\n123456 x',
  ].map((rest) => cut(`${BEGIN}\n${LINE}`, rest)),
  cut(`${BEGIN}\n${LINE}`, `\n- ${drawn(23)}`),
  cut(`${BEGIN}\n${LINE}`, `\n123456 ${drawn(40)}`),
  cut(`${BEGIN}\n${LINE}`, `" x\n- ${drawn(40)}`),
  whole(`${BEGIN}""${LINE}""${drawn(8)}""${END}`),
  whole(`${BEGIN}\n- ${drawn(8)}+${drawn(8)}/${drawn(9)}\n- a+b/=\n- ${END}`),
  found(`${BEGIN}\n- ${drawn(11)}+${drawn(12)}`),
  ...['+b', '/b'].map((last) => whole(`${BEGIN}\n- ${drawn(40)}\n- ${last}\n- ${END}`)),
  found(`${BEGIN}\n- ${drawn(11)}/${drawn(12)}`),
  found(`${BEGIN}\n${LINE}\n- ${drawn(24)}`),
  ...[
    `"d":"${drawn(40)}x_1"`,
    `'d' : '${drawn(40)}x_1'`,
    `"k": "${drawn(40)}x_1"`,
    String.raw`\"d\": \"${drawn(40)}x_1"`,
  ].map((text): Edge => [text, text.replace(/aB3.*x_1/, '[REDACTED_PRIVATE_KEY]')]),
  ...[`"d":"${drawn(40)}x_"`, `"d":"a", "x":"${drawn(40)}x_1"`, `"x":"${drawn(40)}x_1"`, `d: "${drawn(40)}x_1"`].map(
    kept,
  ),
];

/** Private keys in PEM (RFC 7468, RFC 1421) and in armor (RFC 9580). */
export const PRIVATE_KEY_EDGES: readonly Edge[] = [
  ...LINE_BY_LINE,
  // Up to three words before `PRIVATE KEY`, of capitals and digits.
  ...['RSA PRIVATE KEY', 'X9 42 DH PRIVATE KEY', 'ED25519 PRIVATE KEY', 'PGP PRIVATE KEY BLOCK'].map((title) =>
    found(`${begin(title)}\n${LINE}`),
  ),
  ...['A X9 42 DH PRIVATE KEY', ' PRIVATE KEY', 'PRIVATE KEYS', 'PRIVATE KEY BLOCKS', 'RSA  PRIVATE KEY'].map((title) =>
    kept(`${begin(title)}\n${LINE}`),
  ),
  // What stands behind a key that was cut off stays.
  ...['\n', '\n<div>', '\n</pre>', '\n\\end{verbatim}'].map((rest) => cut(`${BEGIN}\n${LINE}`, rest)),
  // Up to 96 characters between lines, up to four backslashes before the letter of a line break.
  found(`${BEGIN}\n${' '.repeat(95)}${LINE}`),
  kept(`${BEGIN}\n${' '.repeat(96)}${LINE}`),
  ...['\n\t', '\r\n', '\n| ', '\n> ', '\n# ', '\n* ', '<br>', '<br/>', '<br />', '<BR>'].map((between) =>
    whole(`${BEGIN}${between}${LINE}${between}${LINE}${between}${END}`),
  ),
  found(`${BEGIN}${'\\'.repeat(4)}n${LINE}`),
  kept(`${BEGIN}${'\\'.repeat(5)}n${LINE}`),
  kept(`${BEGIN}${String.raw`\x`}${LINE}`),
  kept(`${BEGIN}<hr>${LINE}`),
  found(`${BEGIN}${LINE}`),
  kept(`${BEGIN}, ${LINE}`),
  // Headers, each line of which has 160 characters at most.
  ...['Proc-Type', 'DEK-Info', 'Version', 'Comment', 'Hash', 'Charset', 'MessageID'].map((name) =>
    whole(`${BEGIN}\n${name}: 1\n\n${LINE}\n${END}`),
  ),
  kept(`${BEGIN}\nTitle: 1\n\nof a talk`),
  whole(`${BEGIN}\r\nVersion: 1\r\n\r\n${LINE}\r\n${END}`),
  whole(`${BEGIN}\rVersion: 1\r\r${LINE}\r${END}`),
  whole(`${BEGIN}\nComment: ${'a '.repeat(70)}\n\n${LINE}\n${END}`),
  whole(`${BEGIN}\nComment: ${'a '.repeat(75)}.\n\n${LINE}\n${END}`),
  cut(`${BEGIN}\nComment: ${'a '.repeat(75)}a`, `.\n\n${LINE}`),
  ...['Ada <ada>', 'Ada <br>', String.raw`CORP\ada`, String.raw`C:\new\old keys`].map((value) =>
    whole(`${BEGIN}\nComment: ${value}\n\n${LINE}\n${END}`),
  ),
  ...['> ', '\t'].map((sign) => whole(`${BEGIN}\n${sign}Comment: Ada <ada>\n${sign}\n${sign}${LINE}\n${sign}${END}`)),
  whole(String.raw`${BEGIN}\nComment: Ada <ada>\n\n${LINE}\n${END}`),
  whole(`${BEGIN}<br>Comment: CORP\\ada<br><br>${LINE}<br>${END}`),
  found(`${BEGIN}\nProc-Type: 4,ENC`),
  found(`${BEGIN}\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,0A1B`),
  // The last line is short, may have blanks behind it, and the key may end there.
  whole(`${BEGIN}\n${LINE}\n${drawn(8)}\n${END}`),
  whole(`${BEGIN}\n${LINE}\n${drawn(8)} \t \n${END}`),
  found(`${BEGIN}\n${LINE}\n${drawn(8)}`),
  whole(`${BEGIN}\\n${LINE}\\n${drawn(8)}\\n${END}`),
  whole(`${BEGIN}<br>${LINE}<br>${drawn(8)}<br>${END}`),
  // Cut off: a word of a sentence is no line.
  cut(`${BEGIN}\n${LINE}`, '\nSorry, that is all'),
  cut(`${BEGIN}\n${LINE}`, '\nSorry\tthat is all'),
  kept(`${BEGIN}${'='.repeat(20)}`),
  cut(`${BEGIN}\n${LINE}`, '\n\nSorry'),
  cut(`${BEGIN}\r${LINE}`, '\r\rSorry'),
  ...[String.raw`\n`, String.raw`\r`, '<br>'].map((line) => cut(`${BEGIN}${line}${LINE}`, `${line}${line}Sorry`)),
  cut(`${BEGIN}\n${LINE}`, '\n\nIncomprehensibilities'),
  cut(`${BEGIN}\n${LINE}`, `\n\n${drawn(39)}`),
  whole(`${BEGIN}\n${LINE}\n\n${LINE}\n${END}`),
  whole(`${BEGIN}\n${LINE}\n\n${END}`),
  cut(`${BEGIN}\n${LINE}`, '. Then'),
  cut(`${BEGIN}\n${LINE}`, ' Then we'),
  cut(`${BEGIN}\n${LINE}`, String.raw`\x`),
  cut(`${BEGIN}\n${LINE}`, '<hr>'),
  cut(`${BEGIN}\n${LINE}`, '---'),
  // The end, or as much of it as there is.
  found(`${BEGIN}\n${LINE}\n-----END PRIVATE KEY`),
  cut(`${BEGIN}\n${LINE}\n-----END PRIVATE KEY`, '--'),
  found(`${BEGIN}\nMIIE\n${END}`),
  [`${BEGIN}\n${LINE}\n${END}\n- next`, '[REDACTED_PRIVATE_KEY]\n- next'],
];
