import type { Draw } from './drawn-text.ts';
import type { Kind } from './key-kinds.ts';
import type { LookAlikeKind } from './look-alike-kinds.ts';
import { grouped, iban, luhnDigit, ssn } from './personal-kinds.ts';

type Placed = readonly [before: string, form: string, after?: string];

/** All in turn; the held-out third goes by other places of the list. */
const kind = (name: string, label: string, source: string, all: readonly Placed[]): Kind => ({
  kind: name,
  label,
  source,
  count: 2 * all.length,
  make: (draw, at) => {
    const [before, form, after = ''] = all[(at + Math.floor(at / all.length)) % all.length] ?? ['', ''];
    return { before: draw.form(before), secret: draw.form(form), after };
  },
});

/** As models typeset what they repeat. */
const dashed = (name: string, label: string, make: (draw: Draw) => string): Kind => ({
  kind: name,
  label,
  source: 'Unicode, general punctuation: U+2013 in the place of a hyphen',
  count: 6,
  make: (draw) => ({ secret: make(draw).replaceAll('-', '–') }),
});

const PHONES = [
  'phone: ',
  '"homePhone": "',
  'Mobile=',
  'cell: ',
  'Tel.: ',
  'fax no: ',
  '**WhatsApp:** ',
  '\\"phone\\":\\"',
];

export const FURTHER_KINDS: readonly Kind[] = [
  kind(
    'generic-behind-a-blank',
    'API_KEY',
    'gitleaks rule generic-api-key; docs.github.com, "Authorization: token"; netrc(5)',
    [
      ['X-API-Key ', '{a12}|{a12}'],
      ['--token ', '{x12}|{x20}'],
      ['run --api-key "', '{a16}|{a16}', '"'],
      ['Authorization: token ', '{x20}|{x20}'],
      ['Authorization: Key ', '{x20}|{x20}'],
      ['It is the API key ', '{a12}|{a12}'],
      ['--db-password ', '{l12}|{l12}'],
      ['machine git.example.com login ada password ', '{l12}|{l12}'],
    ],
  ),
  kind(
    'generic-in-code',
    'API_KEY',
    'learn.microsoft.com, appSettings; laravel.com/docs/encryption; JavaScript, calls',
    [
      ['setApiKey("', '{a16}|{a16}', '")'],
      ["client.token('", '{x12}|{x20}', "')"],
      ['<add key="ApiKey" value="', '{a16}|{a16}', '" />'],
      ['APP_KEY=base64:', '{b20}|{b23}='],
    ],
  ),
  kind('password-generated', 'API_KEY', 'password managers; ADO.NET and JDBC on connection strings', [
    ['password=', 'K{d1}m|{d1}Q{d1}v{d1}T{d1}'],
    ['pwd: ', 'z{d1}R|{d1}k#{d1}W{d1}b'],
    ['Server=db;User Id=app;Password=', 'Tr{d1}ub|{d1}D{d1}!{d1}', ';'],
    ['"dbPassword": "', 'h{d1}J!|{d1}nX{d1}q', '"'],
    ['passphrase is ', 'P{d1}p|{d1}W@{d1}s{d1}Z'],
  ]),
  kind('key-in-colour', 'API_KEY', 'ECMA-48, SGR; github.blog, token formats', [
    ['\u001b[32m', 'gh|p_{a36}', '\u001b[0m'],
    ['\\u001b[1;31m', 'gh|p_{a36}', '\\u001b[0m'],
    ['\\x1b[33m', 'AK|IA{T16}', '\\x1b[0m'],
    ['\\033[0;32m', 'sk_|live_{a24}', '\\033[0m'],
    ['\\e[31m', 'xox|b-{p1}{d11}-{p1}{d12}-{a24}', '\\e[0m'],
  ]),
  kind(
    'platforms-more',
    'API_KEY',
    'twilio.com/docs, supabase.com/docs, docs.smith.langchain.com, jfrog, discord.com/developers; gitleaks rules',
    [
      ['', 'S|K{x32}'],
      ['', 'sb|p_{x40}'],
      ['', 'lsv|2_pt_{x32}_{x10}'],
      ['', 'lsv|2_sk_{x32}_{x10}'],
      ['', 'EA|AC{a120}'],
      ['', 'EA|AM{a120}'],
      ['', 'AK|Cp{a69}'],
      ['', 'v1|.0-{x24}-{x146}'],
      ['', 'https://discord|.com/api/webhooks/{d18}/{w68}'],
      ['', 'https://discordapp|.com/api/webhooks/{d18}/{w68}'],
      ['', 'sk_|org_live_{a32}'],
      ['', 'S|G.{w22}.{w43}', '.'],
    ],
  ),
  kind(
    'phone-named',
    'PHONE',
    'ITU-T E.164: the number in one piece, as forms and databases have it',
    PHONES.map((before, at) => [before, at % 2 === 0 ? '{p1}15555{d4}' : '0{p1}0{d8}'] as const),
  ),
  {
    kind: 'ssn-in-json',
    label: 'SSN',
    source: 'RFC 8259: JSON in a text of JSON',
    count: 6,
    make: (draw) => ({ before: '{\\"ssn\\":\\"', secret: ssn(draw).replaceAll('-', ''), after: '\\"}' }),
  },
  dashed('card-by-en-dash', 'CARD', (draw) => {
    const body = `4${draw.chars('d', 14)}`;
    return grouped(body + luhnDigit(body), [4, 4, 4, 4], '-');
  }),
  dashed('ssn-by-en-dash', 'SSN', ssn),
  dashed('iban-by-en-dash', 'IBAN', (draw) =>
    (
      iban(draw)
        .replaceAll(' ', '')
        .match(/.{1,4}/g) ?? []
    ).join('-'),
  ),
  dashed('phone-by-en-dash', 'PHONE', (draw) => draw.form('212-555-{d4}')),
];

const FORMS = [
  'pages {p3}–{p2}',
  '20{d2}–20{d2}',
  '000–{d2}–{d4}',
  '4{d3}–{d4}',
  'password: OAuth2Pwd',
  'pwd=Base64Str',
  'password: Sha256Hash',
  'password: minLength8',
  'password=passwordV2Field',
  'password: Xx1xXx1xXxxxxxx',
  'the API key management of {d4}',
  '--token <token>',
  '--key {l4}-primary',
  'Authorization: token from the console',
  'getToken("{d6}")',
  'secret("production/database/name")',
  '<add key="ApiKey" value="%API_KEY%" />',
  'APP_KEY=base64:',
  'a base64:{b20} of it',
  'phone: {d4}',
  'hotel: 4{d9}',
  'phone 1{d9}',
  'intel={d10}',
  'cell: A{d9}',
  'tel: 1{d16}',
  '\u001b[32mtask-antenna-{d2}\u001b[0m',
  'item[3]mghp_none',
  'SK{A4}-{d6}',
  'SK{x20}',
  'v1.0-{x8}',
  'EAAC and EAAM begin tokens',
  'https://discord.com/channels/1{d17}/1{d17}',
  'https://discord.com/api/webhooks/ is where they begin',
  'DE00370400440532013050',
  'DE01 3704 0044 0532 0130 32',
  'DE99370400440532013014',
  '"smithy.api#noAuth": createSmithyApiNoAuthHttpAuthOption,',
] as const;

export const FURTHER_LOOK_ALIKES: readonly LookAlikeKind[] = [
  {
    kind: 'further-forms',
    source: 'ECMA-48; RFC 8259; code and forms as they are written, with something that is no secret',
    count: 2 * FORMS.length,
    make: (draw, at) => draw.form(FORMS[at % FORMS.length] ?? ''),
  },
];
