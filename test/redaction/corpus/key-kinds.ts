import type { Draw } from './drawn-text.ts';

/** One kind of secret: what it is called instead, who documents its form, and how one is made. */
export interface Kind {
  readonly kind: string;
  readonly label: string;
  readonly source: string;
  readonly count: number;
  /** `before` is what has to stand before the secret; a `|` in `secret` is where its parts are kept apart. */
  readonly make: (
    draw: Draw,
    at: number,
  ) => { readonly before?: string; readonly secret: string; readonly after?: string };
}

/** All forms in turn, and not always the same ones in the part that is held out. */
const formed =
  (forms: readonly string[]): Kind['make'] =>
  (draw, at) => ({ secret: draw.form(forms[(at + Math.floor(at / forms.length)) % forms.length] ?? '') });

const key = (kind: string, source: string, count: number, make: Kind['make']): Kind => ({
  kind,
  label: 'API_KEY',
  source,
  count,
  make,
});

/** A value in its place: the name that gives it away, and the end of its quotes. */
const named =
  (pairs: readonly (readonly [string, string])[], forms: readonly string[]): Kind['make'] =>
  (draw) => {
    const [before, after] = draw.pick(pairs);
    return { before, secret: draw.form(draw.pick(forms)), after };
  };

const ASSIGNED = [
  ['api_key=', ''],
  ['API_KEY = "', '"'],
  ['"apiKey": "', '"'],
  ["api-key: '", "'"],
  ['X-API-Key: ', ''],
  ['client_secret=', ''],
  ['SECRET_KEY="', '"'],
  ['access_token: ', ''],
  ['auth_token => "', '"'],
  ['DB_PASSWORD=', ''],
  ['"password":"', '"'],
  ['secret: ', ''],
  ['?api_key=', '&page=2'],
  ['export SERVICE_TOKEN=', ''],
] as const;

const AWS_SECRETS = [
  ['aws_secret_access_key = ', ''],
  ['AWS_SECRET_ACCESS_KEY=', ''],
  ['"SecretAccessKey": "', '"'],
  ['secretAccessKey: "', '"'],
  ['aws_secret_key: ', ''],
] as const;

/** Keys of issuers; each form is what its issuer or a public rule set for scanners documents. */
export const KEY_KINDS: readonly Kind[] = [
  key(
    'anthropic',
    'docs.anthropic.com, "API keys"; gitleaks rule anthropic-api-key',
    18,
    formed(['sk-|ant-|api03-{w93}AA', 'sk-|ant-|api03-{w93}AA', 'sk-|ant-|admin01-{w93}AA', 'sk-|ant-|oat01-{w93}AA']),
  ),
  key(
    'aws-access-key-id',
    'docs.aws.amazon.com/IAM, "IAM identifiers", unique prefixes',
    14,
    formed(['AK|IA{T16}', 'AS|IA{T16}']),
  ),
  key(
    'aws-secret-access-key',
    'docs.aws.amazon.com/IAM, "Manage access keys": 40 characters',
    14,
    named(AWS_SECRETS, ['{b8}|{b32}']),
  ),
  key(
    'github',
    'github.blog, "Behind GitHub’s new authentication token formats"',
    20,
    formed(['gh|p_{a36}', 'gh|o_{a36}', 'gh|u_{a36}', 'gh|s_{a36}', 'gh|r_{a36}', 'github|_pat_{a22}_{a59}']),
  ),
  key(
    'slack-token',
    'api.slack.com/authentication/token-types',
    14,
    formed([
      'xo|xb-{p1}{d11}-{p1}{d12}-{a24}',
      'xo|xp-{p1}{d11}-{p1}{d11}-{p1}{d12}-{x32}',
      'xa|pp-1-A{U10}-{p1}{d12}-{x64}',
      'xo|xe.xoxp-1-{a140}',
      'xo|xe-1-{a140}',
    ]),
  ),
  key(
    'slack-webhook',
    'api.slack.com/messaging/webhooks',
    8,
    formed(['https://hooks.slack|.com/services/T{U8-10}/B{U8-10}/{a24}']),
  ),
  key(
    'stripe',
    'docs.stripe.com/keys; docs.stripe.com/webhooks',
    16,
    formed([
      'sk|_live_{a24}',
      'sk|_test_{a24}',
      'sk|_live_51{a97}',
      'rk|_live_{a99}',
      'rk|_test_{a24}',
      'wh|sec_{a32}',
    ]),
  ),
  key(
    'google',
    'cloud.google.com/docs/authentication/api-keys; gitleaks rule gcp-api-key',
    12,
    formed(['AI|za{w35}', 'AI|zaSy{w33}', 'GOC|SPX-{w28}']),
  ),
  key(
    'openai',
    'platform.openai.com/api-keys; gitleaks rule openai-api-key',
    14,
    formed([
      'sk|-{a20}T3Blbk|FJ{a20}',
      'sk|-proj-{w74}T3Blbk|FJ{w74}',
      'sk|-svcacct-{w74}T3Blbk|FJ{w74}',
      'sk|-admin-{w58}T3Blbk|FJ{w58}',
    ]),
  ),
  key(
    'slack-older',
    'api.slack.com/authentication/token-types; gitleaks rules slack-*',
    12,
    formed([
      'xo|xa-2-{p1}{d11}-{p1}{d11}-{p1}{d12}-{x32}',
      'xo|xo-{d6}-{d6}-{d6}-{x18}',
      'xo|xr-{p1}{d11}-{p1}{d11}-{a24}',
      'xo|xs-{p1}{d11}-{p1}{d11}-{p1}{d12}-{x10}',
      'xo|xe.xoxb-1-{a140}',
      'hooks.slack|.com/workflows/T{U8}/A{U8}/{d18}/{a24}',
    ]),
  ),
  key('stripe-older', 'gitleaks rule stripe-access-token', 6, formed(['sk|_prod_{a24}', 'rk|_prod_{a99}'])),
  key(
    'aws-bedrock',
    'docs.aws.amazon.com/bedrock, "API keys"',
    6,
    formed(['AB|SK{b109}=', 'bedrock-api-|key-YmVk{b60}']),
  ),
  key('ballast', 'lib/identity/issue-key.ts', 6, formed(['b|k_{a47}'])),
  key(
    'generic',
    'OWASP Secrets Management Cheat Sheet; gitleaks rule generic-api-key',
    30,
    named(ASSIGNED, ['{x8}|{x24}', '{x20}|{x20}', '{a16}|{a16}', '{w20}|{w23}', '{b30}|{b32}==', '{l12}|{l12}']),
  ),
];

const WRITTEN = [
  ['**API key:** ', ''],
  ['**API key**: ', ''],
  ['- **API Key:** ', ''],
  ['**Client secret:** `', '`'],
  ['__Access token:__ ', ''],
  ['Your API key is: ', ''],
  ['| API key | ', ' |'],
  ['| Secret key   | `', '` |'],
  ['<apiKey>', '</apiKey>'],
  ['API key (', ')'],
] as const;

/** As people write them, rather than programs. */
export const WRITTEN_KINDS: readonly Kind[] = [
  key(
    'generic-in-markdown',
    'CommonMark, 6.2; GitHub Flavored Markdown, 4.10; XML',
    30,
    named(WRITTEN, ['{x8}|{x24}', '{a16}|{a16}', '{w20}|{w23}', '{l12}|{l12}']),
  ),
  key(
    'password',
    'OWASP Authentication Cheat Sheet: all printable characters',
    12,
    named(
      [
        ['password: ', ''],
        ['PASSWORD="', '"'],
        ['The password is ', ''],
      ],
      [
        'x{p1}#k{A1}{p1}!|m{A1}{p1}$w{A1}{p1}@n{A1}{p1}',
        '{A1}{p1}x&{A1}{p1}|^{A1}{p1}q%{A1}z{p1}?{A1}t{p1}{a4}',
        'aB3dE{p1}fG{p1}hJ9kL{p1}|mN{p1}#Qz{p1}Wx{p1}yT{p1}',
      ],
    ),
  ),
];
