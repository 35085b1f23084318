import type { Draw } from './drawn-text.ts';
import type { Kind } from './key-kinds.ts';

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Characters of a signature by algorithm (RFC 7518, 3.1). */
const SIGNATURES = { HS256: 43, HS512: 86, ES256: 86, RS256: 342 } as const;

const jwt = (draw: Draw): string => {
  const alg = draw.pick(Object.keys(SIGNATURES) as (keyof typeof SIGNATURES)[]);
  const header = draw.pick([
    { alg, typ: 'JWT' },
    { typ: 'JWT', alg },
    { alg, kid: draw.chars('x', 16) },
  ]);
  const at = draw.int(1_700_000_000, 1_800_000_000);
  const claims = {
    sub: draw.chars('d', 10),
    iss: 'https://idp.example',
    iat: at,
    exp: at + 3600,
    ...draw.pick([{}, { scope: 'runs:write', aud: 'api' }]),
  };
  return `${encoded(header)}|.${encoded(claims)}.|${draw.chars('w', SIGNATURES[alg])}`;
};

const jwe = (draw: Draw): string => {
  const part = (count: number) => draw.chars('w', count);
  return `${encoded({ alg: 'RSA-OAEP', enc: 'A256GCM' })}|.${part(342)}.${part(16)}.${part(90)}.${part(22)}`;
};

const BEARERS = ['Authorization: Bearer ', 'authorization: bearer ', '-H "Authorization: Bearer ', 'Bearer '] as const;

const bearer: Kind['make'] = (draw) => {
  const before = draw.pick(BEARERS);
  const secret = draw.form(
    draw.pick(['{w20}|{w23}', '{a16}|{a24}', '{x32}|{x32}', '{b24}|{b20}', '{a10}|-{a20}.{a12}']),
  );
  return { before, secret, after: before.startsWith('-H') ? '"' : '' };
};

/** Markers of RFC 7468, RFC 1421, OpenSSH's PROTOCOL.key and RFC 9580 (ASCII armor). */
const PEM = [
  'PRIVATE KEY',
  'RSA PRIVATE KEY',
  'EC PRIVATE KEY',
  'DSA PRIVATE KEY',
  'OPENSSH PRIVATE KEY',
  'ENCRYPTED PRIVATE KEY',
  'PGP PRIVATE KEY BLOCK',
];

const pem = (draw: Draw): string => {
  const marker = draw.pick(PEM);
  const line = marker.startsWith('OPENSSH') ? 70 : 64;
  const lines = Array.from({ length: draw.int(2, 8) }, () => draw.chars('b', line));
  const last = `${draw.chars('b', 4 * draw.int(3, 12) - 2)}==`;
  const head =
    marker === 'RSA PRIVATE KEY' && draw.int(0, 1) === 1
      ? ['Proc-Type: 4,ENCRYPTED', `DEK-Info: AES-256-CBC,${draw.chars('0123456789ABCDEF', 32)}`, '']
      : [];
  const tail = marker.startsWith('PGP') ? [`=${draw.chars('b', 4)}`] : [];
  const opening = marker.startsWith('PGP') ? [''] : [];
  const newline = draw.pick(['\n', '\n', '\r\n', String.raw`\n`]);
  return [`-----BEGIN| ${marker}-----`, ...opening, ...head, ...lines, last, ...tail, `-----END ${marker}-----`].join(
    newline,
  );
};

export const TOKEN_KINDS: readonly Kind[] = [
  {
    kind: 'jwt',
    label: 'TOKEN',
    source: 'RFC 7519, RFC 7515',
    count: 18,
    make: (draw) => ({ before: draw.pick(['', 'Bearer ', 'id_token=']), secret: jwt(draw) }),
  },
  { kind: 'jwe', label: 'TOKEN', source: 'RFC 7516', count: 4, make: (draw) => ({ secret: jwe(draw) }) },
  {
    kind: 'google-access-token',
    label: 'TOKEN',
    source: 'developers.google.com/identity/protocols/oauth2',
    count: 6,
    make: (draw) => ({ secret: draw.form('ya|29.{w160}') }),
  },
  { kind: 'bearer', label: 'TOKEN', source: 'RFC 6750, 2.1', count: 18, make: bearer },
  {
    kind: 'pem',
    label: 'PRIVATE_KEY',
    source: 'RFC 7468; RFC 1421; RFC 9580; OpenSSH PROTOCOL.key',
    count: 24,
    make: (draw) => ({ secret: pem(draw) }),
  },
];
