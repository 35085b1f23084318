import type { Draw } from './drawn-text.ts';
import type { Kind } from './key-kinds.ts';

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

type Placed = readonly [before: string, form: string, after: string];

/** All in turn; the held-out third goes by other places of the list. */
const placed =
  (all: readonly Placed[]): Kind['make'] =>
  (draw, at) => {
    const [before, form, after] = all[(at + Math.floor(at / all.length)) % all.length] ?? ['', '', ''];
    return { before: draw.form(before), secret: draw.form(form), after };
  };

const ENCODED: readonly Placed[] = [
  ['api_key%3D', '{x12}|{x20}', ''],
  ['?next=%2Fa%3Fapi_key%3D', '{x12}|{x20}', '%26page%3D2'],
  ['%22apiKey%22%3A%22', '{a20}|{a20}', '%22%7D'],
  ['client_secret%3A%20', '{l16}|{l16}', '%0A'],
  ['Authorization: Bearer%20', '{a20}|{a20}', ''],
  ['authorization=Bearer+', '{x20}|{x20}', ''],
  ['Bearer: ', '{a20}|{a20}', ''],
  ['Authorization%3A%20Bearer%20', '{w20}|{w20}', ''],
  ['', 'sk%2Dant|%2Dapi03%2D{a40}', ''],
  ['', 'gh|p%5F{a36}', ''],
  ['', 'sk|%5Flive%5F{a24}', ''],
  ['', 'xo|xb%2D{p1}{d11}%2D{p1}{d12}%2D{a24}', ''],
  ['', 'wh|sec_{a30}%2B%3D', ''],
];

const WRITTEN: readonly Placed[] = [
  ['API key:\n- ', '{x12}|{x20}', ''],
  ['API key:\n\n* `', '{a16}|{a16}', '`'],
  ['Client secret:\n  1. ', '{l16}|{l16}', ''],
  ['Access token:\n> ', '{x20}|{x20}', ''],
  ['API key:\n```\n', '{a16}|{a16}', '\n```'],
  ['**API key**:\n\n```text\n', '{x12}|{x20}', '\n```'],
  ['Service key:\n~~~\n', '{x12}|{x20}', '\n~~~'],
  ['app_key=', '{x12}|{x20}', ''],
  ['account key: ', '{b30}|{b32}==', ''],
  ['auth-key: ', '{x12}|{x20}', ''],
  ['client.key = ', '{x12}|{x20}', ''],
  ['encryptionKey: ', '{x12}|{x20}', ''],
  ['MASTER_KEY=', '{x12}|{x20}', ''],
  ['private_key := ', '{x12}|{x20}', ''],
  ['shared_key=', '{x12}|{x20}', ''],
  ['signing key is ', '{x12}|{x20}', ''],
  ['passphrase: ', '{l12}|{l12}', ''],
  ['passwd=', '{x12}|{x20}', ''],
  ['pwd=', '{l12}|{l12}', ''],
  ['credentials: ', '{x12}|{x20}', ''],
  ['auth=', '{x12}|{x20}', ''],
];

const LETTERS = 'BCDFGHJKLMNPQRSTVWXZbcdfghjklmnpqrstvwxz';

const basic = (draw: Draw): string =>
  Buffer.from(`${draw.pick(['ada', 'client-1', 'a.b@example.com'])}:${draw.chars('a', draw.int(8, 24))}`).toString(
    'base64',
  );

const PEM_BREAKS = ['<br>', '<br/>', '<br />\n', '<BR>', '\n| ', ' |\n| ', '\n# ', '\n * ', '\n> '] as const;

const unsigned = (draw: Draw, alg: string): string =>
  `${encoded({ alg, typ: 'JWT' })}|.${encoded({ sub: draw.chars('d', 10), scope: 'runs:write' })}`;

export const SPELLED_KINDS: readonly Kind[] = [
  {
    kind: 'key-encoded',
    label: 'API_KEY',
    source: 'RFC 3986, 2.1; WHATWG URL',
    count: ENCODED.filter(([before]) => !/bearer/i.test(before)).length * 3,
    make: placed(ENCODED.filter(([before]) => !/bearer/i.test(before))),
  },
  {
    kind: 'bearer-encoded',
    label: 'TOKEN',
    source: 'RFC 6750, 2.1; RFC 3986, 2.1',
    count: 12,
    make: placed(ENCODED.filter(([before]) => /bearer/i.test(before))),
  },
  {
    kind: 'generic-in-blocks',
    label: 'API_KEY',
    source: 'CommonMark, 4.5, 5.1, 5.2; gitleaks rule generic-api-key',
    count: 2 * WRITTEN.length,
    make: placed(WRITTEN),
  },
  {
    kind: 'generic-of-letters',
    label: 'API_KEY',
    source: 'gitleaks rule generic-api-key; base62 without a digit',
    count: 9,
    make: (draw) => ({ before: 'api_key=', secret: `${draw.chars(LETTERS, 12)}|${draw.chars(LETTERS, 12)}` }),
  },
  {
    kind: 'basic',
    label: 'TOKEN',
    source: 'RFC 7617, 2',
    count: 12,
    make: (draw) => ({
      before: draw.pick(['Authorization: Basic ', 'authorization: basic ', 'Authorization: Basic%20', 'Basic ']),
      secret: basic(draw),
    }),
  },
  {
    kind: 'slack-browser',
    label: 'API_KEY',
    source: 'github.com/rusty-ferris-club/slack tokens; gitleaks rules slack-*',
    count: 8,
    make: (draw, at) => ({
      secret: draw.form(at % 2 === 0 ? 'xo|xc-{p1}{d11}-{p1}{d11}-{p1}{d12}-{x64}' : 'xo|xd-{a30}%2F{a30}%2B{a20}%3D'),
    }),
  },
  {
    kind: 'slack-trigger',
    label: 'API_KEY',
    source: 'api.slack.com/automation/triggers/webhook',
    count: 6,
    make: (draw) => ({ secret: draw.form('https://hooks.slack|.com/triggers/T{U8}/{d13}/{x32}') }),
  },
  {
    kind: 'google-refresh-token',
    label: 'TOKEN',
    source: 'developers.google.com/identity/protocols/oauth2: refresh tokens, authorization codes',
    count: 9,
    make: (draw, at) => ({ secret: draw.form(at % 3 === 0 ? '4/|0A{w72}' : '1/|/0{a1}{w98}') }),
  },
  {
    kind: 'jwt-unsigned',
    label: 'TOKEN',
    source: 'RFC 7519, 6.1; RFC 7515',
    count: 12,
    make: (draw, at) =>
      at % 2 === 0
        ? { secret: `${unsigned(draw, 'none')}.` }
        : { secret: unsigned(draw, 'HS256'), after: draw.pick(['', ' and', '\n', '. Next']) },
  },
  {
    kind: 'jws',
    label: 'TOKEN',
    source: 'RFC 7515, 3.1: any payload; RFC 7519 without an alg that can be read',
    count: 9,
    make: (draw, at) =>
      at % 2 === 0
        ? { secret: `${encoded({ alg: 'ES256', zip: 'DEF' })}|.${draw.chars('w', 60)}.${draw.chars('w', 86)}` }
        : { secret: `${encoded({ typ: 'JWT' })}|.${encoded({ sub: draw.chars('d', 9) })}.${draw.chars('w', 43)}` },
  },
  {
    kind: 'pem-in-page',
    label: 'PRIVATE_KEY',
    source: 'RFC 7468; HTML, 4.5.27; GitHub Flavored Markdown, 4.10',
    count: 2 * PEM_BREAKS.length,
    make: (draw, at) => {
      const lines = Array.from({ length: draw.int(2, 4) }, () => draw.chars('b', 64));
      const last = `${draw.chars('b', 4 * draw.int(1, 12) - 2)}==`;
      return {
        secret: ['-----BEGIN| PRIVATE KEY-----', ...lines, last, '-----END PRIVATE KEY-----'].join(
          PEM_BREAKS[at % PEM_BREAKS.length] ?? '\n',
        ),
      };
    },
  },
];
