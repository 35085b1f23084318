import { type Edge, foundAs, kept } from './edge.ts';

const PASSWORD = 'Tr0ub4dorX3xyz9Q';
const HEX = '9f8e7d6c5b4a39281706f5e4d3c2b1a0';
const KEY = 'Qx9zK2mN4pL7vB1cY8dW3';
/** `eve:Welcome1` in base64: no digit and no sign of padding. */
const BASIC = 'ZXZlOldlbGNvbWUx';

const found = foundAs('API_KEY');

/** What looks like an image, a resource, a mailbox or an entry of a cache, and is a secret; and what is none. */
export const REFERENCE_EDGES: readonly Edge[] = [
  found('Login/Password:', PASSWORD),
  found('username/password:', 'a9B8c7D6e5F4g3H2'),
  found('//password:', PASSWORD),
  found('//api_key:', HEX),
  found('/* API/secret:', KEY, ' */'),
  found('https://vault.example.com/v1/secret:', KEY),
  found('acme/auth:', KEY),
  found('acme/auth:v1 secret: ', '7f3e9c1d2b5a7f3e'),
  found('acme/auth:', 'Qx9zK2mN4-7f3e9c1d2b5a7f'),
  found('acme/auth:', '7f3e9c1d2b5a7f3eXq9Z'),
  found('myauth:', '550e8400-e29b-41d4-a716-446655440000'),
  found('secret=', 'alias/my-key-7f3e9c1d2b5a1'),
  found('secret=', 'alias/9/my-key-7f3e9c1d2bX'),
  found('secret=', `keys-${KEY}`),
  kept('secret=alias/my_key/12/7/my.key-7f3e9c1d2b5a'),
  kept('secret=alias/key_7f3e9c1d2b'),
  ['auth: user7f3e9c1d2b@my-example.com', 'auth: [REDACTED_EMAIL]'],
  found('secret: ', 'k3j9x2m7q8w1n5b4@prod@corp.local'),
  found('secret: ', 'k3j9x2m7q8w1n5b4@corp.local9'),
  found('logger.info(auth, "', 'kreq_01H8XK2M9ABCD3EFGH', '")'),
  found('logger.info(auth, "', 'req_01H8XK2M9ABCD3EFGH-9f', '")'),
  found('password - ', KEY),
  found('the secret — ', KEY),
  found('api key"**  - ', KEY),
  ...['api key"**   - ', 'api key- '].map((before) => kept(`${before}${KEY}`)),
  found('//auth:', '7f3e9c1d2b5a7f3e'),
  found('client_secret: ', `abcd/${KEY}`),
  found('password="', 'admin/9f8e7d6c5b4a39281706', '"'),
  found('{"password":"', `user/${KEY}`, '"}'),
  found('secret_key=', `home/${HEX}`),
  found('password: ', 'k3j9x2m7q8w1n5@prod'),
  found('DB_PASSWORD=', 'k3j9x2m7q8w1n5b4@corp.local'),
  found('password: ', 'auth-service-7f3e9c1d2b-x7k2p'),
  found('secret: ', 'k3j9x2m7q8w1n5b4@prod'),
  found("curl -H 'x-auth-token:", '550e8400-e29b-41d4-a716-446655440000', "'"),
  ...["['Authorization' => 'Basic ", 'headers["Authorization"] = "Basic ', 'Authorization:  Basic  ']
    .concat('Authorization=Basic%20', 'Authorization:\r\n  Basic ', 'Use Basic ')
    .map((before): Edge => [`${before}${BASIC}`, `${before}[REDACTED_TOKEN]`]),
  // With a digit in the name, or beyond ASCII with a digit or padding in base64.
  ...['6XJjb246dmdoa3F3'].map((value): Edge => [`Basic ${value}`, 'Basic [REDACTED_TOKEN]']),
  ['authorization":     "basic InputTokens', 'authorization":     "basic [REDACTED_TOKEN]'],
  kept('authorization":      "basic InputTokens'),
  kept(`-----BEGIN PRIVATE KEY-----"\n"${'aB3dE5fG7hJ9kL2mN4pQ6rS'}"`),
  ...[
    'marker = ["-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"]',
    '-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----',
    '-----BEGIN PRIVATE KEY-----\n[...]\n-----END PRIVATE KEY-----',
    `9f8e7d6 fix auth - ${HEX}b1c2d3e4`,
    `bump the token — ${HEX}b1c2d3e4`,
    'logger.info(auth, "req_01H8XK2M9ABCD3EFGH")',
    'track("token", "evt_9c3f2d1e8b7a6c5d")',
    'secret: ../keys/my-build_a1b2c3d4.json',
  ].map(kept),
];
