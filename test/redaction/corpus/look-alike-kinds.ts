import { createHash } from 'node:crypto';
import type { Draw } from './drawn-text.ts';
import { cardNumber, grouped, inGroups, luhnDigit } from './personal-kinds.ts';

/** One kind of text that is no secret, whatever it looks like. */
export interface LookAlikeKind {
  readonly kind: string;
  /** Who documents what it is. */
  readonly source: string;
  readonly count: number;
  readonly make: (draw: Draw, at: number) => string;
}

/** All of them in turn, and not always the same ones in the part that is held out. */
const forms =
  (all: readonly string[]): LookAlikeKind['make'] =>
  (draw, at) =>
    draw.form(all[(at + Math.floor(at / all.length)) % all.length] ?? '');

const hash = (draw: Draw): string => {
  const name = draw.pick(['md5', 'sha1', 'sha256', 'sha512']);
  const hex = createHash(name).update(draw.chars('a', 12)).digest('hex');
  return draw.pick([
    `${name}:${hex}`,
    hex,
    `commit ${hex.slice(0, 40)}`,
    `"integrity": "sha512-${Buffer.from(hex).toString('base64').slice(0, 86)}=="`,
    `image@sha256:${hex.slice(0, 64)}`,
    `checksum=${hex}`,
    `ETag: "${hex.slice(0, 32)}"`,
    hex.toUpperCase(),
  ]);
};

/** A card's form with one digit changed, so that Luhn fails; or without an issuer. */
const noCard = (draw: Draw): string => {
  const number = cardNumber(draw);
  const wrong = number.slice(0, -1) + String((Number(number.at(-1)) + draw.int(1, 9)) % 10);
  const stranger = (draw.pick(['1', '7', '8', '9', '0']) + draw.chars('d', 14)).replace(/^8[0-2]/, '83');
  const other = stranger + luhnDigit(stranger);
  const short = draw.pick(['4', '51', '6011']) + draw.chars('d', draw.int(9, 10));
  return draw.pick([
    inGroups(draw, wrong),
    grouped(other, [4, 4, 4, 4], ' '),
    other,
    `4${draw.chars('0', 13)}6`,
    `51${draw.chars('0', 12)}3`,
    short,
  ]);
};

const gtin = (draw: Draw): string => {
  const body = draw.pick(['978', '979', '506', '871', '900']) + draw.chars('d', 9);
  const sum = [...body].reduce((total, digit, at) => total + Number(digit) * (at % 2 === 0 ? 1 : 3), 0);
  return body + String((10 - (sum % 10)) % 10);
};

const isbn = (draw: Draw): string => {
  const code = gtin(draw);
  return draw.pick([
    code,
    `ISBN ${grouped(code, [3, 1, 4, 4, 1], '-')}`,
    `ISBN-10: 0-${draw.form('{d3}-{d5}')}-X`,
    `EAN ${code}`,
  ]);
};

/** Ids that systems give: public by their nature. */
const IDS = [
  'cus_{a14}',
  'pi_{a24}',
  'price_1{a23}',
  'pk_live_{a24}',
  'pk_test_{a24}',
  'evt_1{a23}',
  'msg_01{a22}',
  'toolu_01{a22}',
  'req_011{a21}',
  'run_{l24}',
  'U0{U9}',
  'C0{U9}',
  'arn:aws:iam::{d12}:role/worker',
  'i-0{x16}',
  'vpc-{x17}',
  'AIDA{T16}',
  'AROA{T16}',
  '01H{U23}',
  '{x24}',
  'projects/{l8}/locations/us-central1',
  'sub-{l12}',
  'order_{U10}',
  'gid://shop/Order/{p1}{d12}',
] as const;

const base64 = (draw: Draw): string => {
  const body = Buffer.from(draw.chars('w', draw.int(18, 90))).toString('base64');
  return draw.pick([
    body,
    `data:image/png;base64,iVBORw0KGgo${body}`,
    `"signature": "${body}"`,
    `"nonce": "${body.slice(0, 22)}"`,
    Buffer.from(JSON.stringify({ id: draw.chars('d', 6), name: 'page' })).toString('base64'),
    `cursor=${body}`,
  ]);
};

export const LOOK_ALIKES: readonly LookAlikeKind[] = [
  {
    kind: 'uuid',
    source: 'RFC 9562',
    count: 30,
    make: forms([
      '{x8}-{x4}-4{x3}-a{x3}-{x12}',
      '{x8}-{x4}-1{x3}-8{x3}-{x12}',
      '0190{x4}-{x4}-7{x3}-9{x3}-{x12}',
      '{d8}-{d4}-4{d3}-9{d3}-{d12}',
      'urn:uuid:{x8}-{x4}-4{x3}-b{x3}-{x12}',
      '4{d7}-{d4}-4{d3}-8{d3}-{d12}',
    ]),
  },
  {
    kind: 'hash',
    source: 'RFC 1321; NIST FIPS 180-4; W3C Subresource Integrity; OCI image digests',
    count: 32,
    make: hash,
  },
  { kind: 'base64', source: 'RFC 4648; RFC 2397', count: 24, make: base64 },
  { kind: 'no-card', source: 'ISO/IEC 7812-1: numbers whose check digit or issuer is wrong', count: 36, make: noCard },
  {
    kind: 'book-and-article',
    source: "International ISBN Agency, ISBN Users' Manual; GS1 General Specifications",
    count: 16,
    make: isbn,
  },
  {
    kind: 'order-and-parcel',
    source: 'UPS, USPS, FedEx, DHL, UPU S10 on tracking numbers; Amazon SP-API on order ids',
    count: 30,
    make: forms([
      'order #{p1}{d5}',
      'Order 1{d2}-{d7}-{d7}',
      '1Z{U6}{d10}',
      'tracking 9400 1{d3} {d4} {d4} {d4} 00',
      'FedEx {p1}{d11}',
      'JD0{d15}',
      'invoice INV-2026-{d6}',
      'PO-{d5}-{d2}',
      'SKU {A3}-{d4}-{A2}',
      'RMA {d3}-{d3}-{A2}{d2}',
      'ticket #{d7}',
      'case 00{d6}',
      'RR{d9}DE',
    ]),
  },
  {
    kind: 'time-and-number',
    source: 'RFC 3339; ISO 8601; POSIX, seconds since the Epoch; SubRip',
    count: 36,
    make: forms([
      '17{d11}',
      '17{d8}',
      '17{d14}',
      '17{d17}',
      '2026-1{p1}-0{p1}T1{d1}:3{d1}:2{d1}.{d3}Z',
      '0{p1}/1{d1}/2026',
      '0{p1}-1{d1}-2026 0{p1}:15',
      '0.{d16}',
      '{p1}.{d15}e-7',
      '{p1}{d2},{d3},{d3}.{d2}',
      '{p1} {d3} {d3} {d3}',
      '52.{d6}, 13.{d6}',
      '1920x1080',
      '{d2}:{d2}:{d2},{d3} --> 00:01:{d2},{d3}',
      '1{d2} 1{d2} 1{d3}',
    ]),
  },
  {
    kind: 'version-and-address',
    source: 'Semantic Versioning 2.0.0; RFC 4291; RFC 9542; CVE numbering',
    count: 30,
    make: forms([
      'v{p1}.{d2}.{d1}',
      '{p1}.{d1}.{d1}-rc.{p1}+build.{d3}',
      '10.{d2}.{d2}.{d2}',
      '192.168.1{d2}.2{d2}',
      '2001:db8:{x4}::{x4}',
      '{x2}:{x2}:{x2}:{x2}:{x2}:{x2}',
      'lodash@4.{d2}.{d1}',
      '@scope/pkg@1.{d1}.{d1}',
      'icon@2x.png',
      'logo@3x.webp',
      'root@localhost',
      'CVE-2026-{d5}',
      'RFC {d4}',
      'ISO 8601-1:2019',
      'ext. {d4}',
      'CAS 7732-18-5',
      'zip 94{d3}-{d4}',
      'pages {d3}-{d3}',
    ]),
  },
  {
    kind: 'no-ssn',
    source: 'ssa.gov/employer/randomization.html: numbers that are never given',
    count: 20,
    make: forms([
      '000-{p2}-{p4}',
      '666-{p2}-{p4}',
      '9{d2}-{p2}-{p4}',
      '{p3}-00-{p4}',
      '{p3}-{p2}-0000',
      '{p3}-{p2}-{p4}-{p2}',
      'A{p3}-{p2}-{p4}',
      '{p1}-{p3}-{p2}-{p4}',
      '{p3}-{p2}-{p5}',
    ]),
  },
  {
    kind: 'no-iban',
    source: 'ISO 13616: wrong checksum, length or country',
    count: 16,
    make: forms([
      'DE00{d18}',
      'GB{d2} ABCD 12',
      'FR{d2}{d8}',
      'DE{d2}{d17}',
      'ZZ{d2}{d18}',
      'NL99 BANK {d4}',
      'IT{d2} item {d4}',
      'DE{d2}',
    ]),
  },
  {
    kind: 'id',
    source: 'API references of Stripe, Anthropic, Slack, AWS, Google Cloud and Shopify',
    count: 30,
    make: forms(IDS),
  },
  {
    kind: 'placeholder',
    source: "OpenAPI, dotenv and SDK examples: what stands in a key's place",
    count: 30,
    make: forms([
      'api_key = os.environ["API_KEY"]',
      'apiKey: process.env.ANTHROPIC_API_KEY',
      'token: string;',
      '"max_tokens": {p1}{d3}',
      'Authorization: Bearer <token>',
      'Authorization: Bearer $API_TOKEN',
      'password: ********',
      'API_KEY=<your-api-key>',
      'secret = ${SECRET_NAME}',
      'sk-ant-api03-...',
      'sk-ant-…',
      'xoxb-your-token',
      'ghp_xxxxxxxxxxxx',
      'AKIA followed by 16 characters',
      'api_key=YOUR_API_KEY_HERE',
      'client_secret: {{ client_secret }}',
      'token_type: bearer',
      'password = getpass.getpass()',
      'const secret = await loadSecret(name)',
      'The secret: practice every day.',
      'bearer of good news',
      'token = tokenizer.next_token()',
      '"access_token": null',
      'secret_name: production/database/password',
      'passwordResetUrl: https://example.com/reset',
      '--api-key-file=/etc/keys/production.txt',
      'tokens: 1234567890',
      'next_page_token: ""',
      'api_key_id: primary',
    ]),
  },
  {
    kind: 'place-in-a-list',
    source: 'AWS, Google and Kubernetes API conventions on paging tokens; AWS, ARN of a secret',
    count: 14,
    make: forms([
      '"nextToken": "eyJ{a40}"',
      'next_page_token={w40}',
      '"NextPageToken":"{a36}=="',
      'pageToken: {w32}',
      'continuation_token = "{b44}"',
      'arn:aws:secretsmanager:us-west-2:{d12}:secret:MyDatabaseSecret-a{d1}b{d1}c{d1}',
      '(0.{d4}*r)+{d7}/({d9}*i)',
    ]),
  },
  {
    kind: 'public-key',
    source: 'RFC 7468; RFC 4253; RFC 9580',
    count: 10,
    make: forms([
      '-----BEGIN PUBLIC KEY-----\nMFkwEwYH{b48}\n{b40}==\n-----END PUBLIC KEY-----',
      '-----BEGIN CERTIFICATE-----\nMIID{b60}\n{b64}\n-----END CERTIFICATE-----',
      'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{b43} host',
      '-----BEGIN PGP SIGNATURE-----\n\n{b60}\n-----END PGP SIGNATURE-----',
      'a file that begins with -----BEGIN PRIVATE KEY----- is a key',
    ]),
  },
  {
    kind: 'code',
    source: 'CSS, SQL, JavaScript and Git as they are written',
    count: 20,
    make: forms([
      'class="sk-folding-cube"',
      'task-antenna-{d2}',
      'risk-ant-colony',
      'const [a, b] = [0x{x8}, 0b1010];',
      'eyJ is how JSON begins in base64',
      'npm_config_cache=/tmp/npm',
      'git log --format=%h {x7}..{x7}',
      '#{x6}',
      'margin: 0 auto 12px 4px',
      'for (let i = 0; i < 4096; i++)',
      'SELECT * FROM t WHERE id = {p1}{d8}',
      '@media (min-width: 1024px)',
      'a@b',
      'x = y @ z.T',
      'import @app/core.module',
      'https://example.com/a/{x32}?v={d8}',
      'wss://host/{a22}',
      'blob:https://x/{x8}-{x4}',
      'std::array<int, 16>',
      'f(1234, 5678, 9012, 3456)',
    ]),
  },
  {
    kind: 'behind-a-name',
    source: 'Ethereum, addresses; YAML, JSON and shell as they are written',
    count: 14,
    make: forms([
      'System.Xml, Version=4.0.0.0, PublicKeyToken={x16}',
      'token: 0x{x40}',
      '| token | string | no |',
      '**API key:** see below',
      'API key (from the console)',
      '<secret>production/database</secret>',
      'Your password is: 12 characters or more!',
      'auth=isV2Enabled&&hasToken',
      'password=${DB_PASSWORD}&host=db{d1}',
      '**Tokens:** 1,{d3}',
      'type Auth = Token | Credentials;',
    ]),
  },
];
