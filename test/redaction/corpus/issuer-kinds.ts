import type { Kind } from './key-kinds.ts';

/** Each form as often as it takes for one of them to be held out. */
const kind = (name: string, source: string, forms: readonly string[]): Kind => ({
  kind: name,
  label: 'API_KEY',
  source,
  count: 2 * forms.length,
  make: (draw, at) => ({ secret: draw.form(forms[(at + Math.floor(at / forms.length)) % forms.length] ?? '') }),
});

const PASSWORDS = ['{l4}|{p1}{a6}', 'S{l4}{p1}|!{l4}', '{a12}{p1}|%21{l3}', '{l6}|{p1}{l2}@{p1}{l4}'];
const ADDRESSES = [
  ['postgres://app:', '@db.example.com:5432/shop'],
  ['mongodb+srv://reader:', '@cluster0.example.net/test?retryWrites=true'],
  ['mysql://root:', '@localhost:3306/db'],
  ['redis://:', '@10.0.0.7:6379'],
  ['https://deploy:', '@git.example.com/a.git'],
  ['amqps://worker:', '@mq.example.com'],
  ['ftp://files:', '@ftp.example.com/in'],
  ['DATABASE_URL=jdbc:mysql://admin:', '@db.internal:3306/app'],
] as const;

/** Of platforms, registries and tools, by the rules of public scanners where their issuers name no form. */
export const ISSUER_KINDS: readonly Kind[] = [
  kind('gitlab', 'docs.gitlab.com/security/tokens, "Token prefixes"', [
    ...['glp|at-', 'gld|t-', 'glf|t-', 'glr|t-', 'glc|bt-', 'glp|tt-', 'gli|mt-', 'gls|oat-', 'gla|gent-'].map(
      (prefix) => `${prefix}{w24}`,
    ),
    'glo|as-{w64}',
    'GR13|48941{w20}',
  ]),
  kind('registries', 'docs.npmjs.com, pypi.org/help, guides.rubygems.org, docs.docker.com; gitleaks rules of these', [
    'np|m_{a36}',
    'pn|u_{a36}',
    'py|pi-AgEI{w150}',
    'ruby|gems_{x48}',
    'dck|r_pat_{w27}',
  ]),
  kind('models', 'huggingface.co/docs, console.groq.com, docs.perplexity.ai, docs.x.ai, replicate.com/docs', [
    'h|f_{a34}',
    'api|_org_{a34}',
    'gs|k_{a52}',
    'pp|lx-{a48}',
    'xa|i-{a80}',
    'r|8_{a37}',
  ]),
  kind('aws-other', 'docs.aws.amazon.com/IAM, "IAM identifiers", unique prefixes', ['AB|IA{T16}', 'AC|CA{T16}']),
  kind('mail', 'docs.sendgrid.com, developers.brevo.com; gitleaks rules of these', [
    'S|G.{w22}.{w43}',
    'xkey|sib-{x64}-{a16}',
  ]),
  kind('shops', 'shopify.dev, "Access token prefixes"; developer.squareup.com', [
    ...['shp|at_', 'shp|ca_', 'shp|pa_', 'shp|ss_'].map((prefix) => `${prefix}{a32}`),
    'sq0|csp-{w43}',
    'sq0|atp-{w22}',
  ]),
  kind(
    'work',
    'linear.app/developers, developers.notion.com, figma.com/developers, postman; gitleaks and secretlint rules',
    [
      'lin|_api_{a40}',
      'nt|n_{d11}{a35}',
      'fig|d_{w40}',
      'PM|AK-{x24}-{x34}',
      'ATA|TT3{w180}={x8}',
      'rd|me_{l70}',
      'ops|_eyJ{b250}',
      'AGE-SECRET|-KEY-1{U58}',
    ],
  ),
  kind(
    'operations',
    'grafana.com/docs, docs.sentry.io, docs.newrelic.com, docs.sonarsource.com, sourcegraph.com/docs',
    [
      'gl|sa_{a32}_{x8}',
      'gl|c_{b64}',
      'sntr|yu_{x64}',
      'sntr|ys_{b90}_{b43}',
      'NR|AK-{U27}',
      'sq|u_{x40}',
      'sq|p_{x40}',
      'sq|a_{x40}',
      'sg|p_{x40}',
    ],
  ),
  kind(
    'platforms',
    'developer.hashicorp.com/vault, tailscale.com/kb, vercel.com/docs, developers.cloudflare.com and others',
    [
      ...['hv|s.', 'hv|b.', 'hv|r.'].map((prefix) => `${prefix}{w95}`),
      'ts|key-auth-{a16}-{a32}',
      ...['vc|p_', 'vc|i_', 'vc|a_', 'vc|r_', 'vc|k_'].map((prefix) => `${prefix}{a56}`),
      ...['cf|k_', 'cf|ut_', 'cf|at_'].map((prefix) => `${prefix}{a40}{x8}`),
      ...['do|p_v1_', 'do|o_v1_', 'do|r_v1_'].map((prefix) => `${prefix}{x64}`),
      'HR|KU-AA{w58}',
      'f|o1_{w43}',
      'da|pi{x32}',
      ...['psc|ale_tkn_', 'psc|ale_pw_', 'psc|ale_oauth_'].map((prefix) => `${prefix}{w43}`),
      'dp|.pt.{a43}',
      'pu|l-{x40}',
    ],
  ),
  {
    kind: 'url-password',
    label: 'API_KEY',
    source: 'RFC 3986, 3.2.1; PostgreSQL, MongoDB and MySQL on connection strings',
    count: 24,
    make: (draw, at) => {
      const [before, after] = ADDRESSES[at % ADDRESSES.length] ?? ['', ''];
      return { before, secret: draw.form(PASSWORDS[(at + Math.floor(at / 8)) % PASSWORDS.length] ?? ''), after };
    },
  },
];
