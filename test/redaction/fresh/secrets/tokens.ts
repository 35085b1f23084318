import type { Random } from '../../../../lib/kernel/clock.ts';
import { ALPHANUMERIC, BASE64URL, between, chars, HEX, times, uuid } from '../draw.ts';
import { plant, type Planted } from '../shape.ts';

const BEARER = {
  kind: 'bearer',
  class: 'keys',
  label: 'TOKEN',
  source: 'https://www.rfc-editor.org/rfc/rfc6750#section-2.1',
} as const;
const JWT = {
  kind: 'jwt',
  class: 'keys',
  label: 'TOKEN',
  source: 'https://www.rfc-editor.org/rfc/rfc7519#section-3.1',
} as const;

const BEARER_TEXTS = [
  'Authorization: Bearer §',
  'curl -H "Authorization: Bearer §" https://api.example.com/me',
  "fetch('/api', { headers: { Authorization: 'Bearer §' } })",
  'GET /resource HTTP/1.1\r\nHost: server.example.com\r\nAuthorization: Bearer §\r\n\r\n',
  '{"headers":{"authorization":"Bearer §","accept":"*/*"}}',
  'req.Header.Set("Authorization", "Bearer §")',
  '2026-11-04 10:11:12 WARN 401 for authorization=Bearer § path=/orders',
  'http GET api.example.com/orders "Authorization:Bearer §"',
  'headers:\n  Authorization: Bearer §\n  Accept: text/csv\n',
  'authorization: bearer §',
  "headers = {'Authorization': 'Bearer §'}",
  'Proxy-Authorization: Bearer §',
  'Bitte im Kopf `Authorization: Bearer §` mitschicken.',
  'wget --header="Authorization: Bearer §" -O out.json https://api.example.com/export',
];

const JWT_TEXTS = [
  'id_token=§',
  '{"token":"§"}',
  'Set-Cookie: session=§; Path=/; HttpOnly; Secure',
  'Decode § at jwt.io and look at the exp claim.',
  'localStorage.setItem("jwt", "§")',
  'wss://example.com/socket?token=§',
  '§',
  'Mein Token (§) ist abgelaufen.',
  'jwt.decode("§", verify=False)',
  'Cookie: __session=§; theme=dark',
  'Authorization: JWT §',
  'kubectl config set-credentials ci --token=§',
  'https://app.example.com/callback#access_token=§&token_type=Bearer',
  'error: token § has invalid audience',
];

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

const jwt = (random: Random, index: number): string => {
  const [alg, size] = (
    [
      ['HS256', 43],
      ['RS256', 342],
      ['ES256', 86],
    ] as const
  )[index % 3]!;
  const header = index % 2 === 0 ? { alg, typ: 'JWT' } : { alg, kid: chars(random, 8, HEX), typ: 'at+jwt' };
  const iat = between(random, 1_760_000_000, 1_796_000_000);
  const claims = { sub: uuid(random), iss: 'https://id.example.com/', iat, exp: iat + 3600, scope: 'read write' };
  return `${base64url(header)}.${base64url(claims)}.${chars(random, size, BASE64URL)}`;
};

const opaque = (random: Random, index: number): string =>
  [
    () => chars(random, 40, ALPHANUMERIC),
    () => chars(random, 64, HEX),
    () => `${chars(random, 30, BASE64URL)}.${chars(random, 12, ALPHANUMERIC)}`,
    () => `${chars(random, 62, ALPHANUMERIC)}==`,
  ][index % 4]!();

export const tokens = (random: Random): Planted[] => [
  ...plant(
    BEARER,
    BEARER_TEXTS,
    times(14, (index) => opaque(random, index)),
  ),
  ...plant(
    JWT,
    JWT_TEXTS,
    times(14, (index) => jwt(random, index)),
  ),
];
