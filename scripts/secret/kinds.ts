import { LEAST_SECRET_BYTES, parseSigningSecrets, type SigningSecret } from '../../lib/identity/jwt/signing-secrets.ts';
import { isSendable, parseProviderKeys } from '../../lib/secrets/provider-keys.ts';
import { headersIn } from '../../lib/telemetry/tracing/otlp.ts';
import { parseWebhookSecrets } from '../../lib/webhooks/signing-secrets.ts';
import { variableOf } from '../../local/tool-secrets.ts';
import { ALERTS_KIND } from './alerts-kind.ts';
import { type Rotation, type SecretKind, type Variables, WrongForm } from './secret-kind.ts';

/** As Anthropic makes keys for the API. */
const ANTHROPIC = /^sk-ant-[A-Za-z0-9_-]{20,}$/;

const strictKeys = (text: string): void => {
  const keys = parseProviderKeys(text);
  if (keys.some((key) => !isSendable(key))) throw new WrongForm('A key has a character that no header can carry.');
  if (keys.some((key) => key.startsWith('sk-ant-admin')))
    throw new WrongForm('This is an admin key of Anthropic, which calls no model: put a key for the API.');
  if (!keys.every((key) => ANTHROPIC.test(key)))
    throw new WrongForm('This is no key of Anthropic (sk-ant-...). For another provider’s key add --force.');
  if (new Set(keys).size < keys.length) throw new WrongForm('A key stands there twice.');
};

const jsonOf = ([current, previous]: readonly SigningSecret[]): string => {
  const entry = ({ kid, secret }: SigningSecret) => (kid === null ? secret : { kid, secret });
  if (current === undefined) return '';
  if (previous === undefined && current.kid === null) return current.secret;
  return JSON.stringify({ current: entry(current), ...(previous && { previous: entry(previous) }) });
};

const onlyOf = <T>(all: readonly T[]): T => {
  const [first] = all;
  if (first === undefined || all.length > 1)
    throw new WrongForm('Give the new one alone: the one before it is there already.');
  return first;
};

const tokens: Rotation = {
  count: (text) => parseSigningSecrets(text).length,
  rotated(text, next) {
    const [before] = parseSigningSecrets(text);
    const current = onlyOf(parseSigningSecrets(next));
    if (before?.secret === current.secret) throw new WrongForm('This is the current one already.');
    if (before !== undefined && before.kid !== null && before.kid === current.kid)
      throw new WrongForm('This key id is that of the current one: give another by --kid.');
    return jsonOf([current, ...(before === undefined ? [] : [before])]);
  },
  finished: (text) => jsonOf(parseSigningSecrets(text).slice(0, 1)),
};

const webhooks: Rotation = {
  count: (text) => parseWebhookSecrets(text).length,
  rotated(text, next) {
    const [previous] = parseWebhookSecrets(text);
    const current = onlyOf(parseWebhookSecrets(next));
    if (previous === current) throw new WrongForm('This is the current one already.');
    return JSON.stringify({ current, previous });
  },
  finished: (text) => parseWebhookSecrets(text)[0] ?? '',
};

const inVariable = (variable: string): Variables => ({
  variableNames: [variable],
  variables: (text) => ({ [variable]: text }),
  fromVariables: (env) => env[variable] || null,
});

const none = () => undefined;

/** A secret that a tool declares. */
export interface DeclaredSecret {
  readonly what: string;
  /** Whether an endpoint has it sent in a header. */
  readonly isInHeader: boolean;
}

const toolKind = (name: string, { what, isInHeader }: DeclaredSecret): SecretKind => ({
  name: `tools/${name}`,
  what,
  ...inVariable(variableOf(name)),
  check: none,
  checkStrictly(text) {
    if (isInHeader && !isSendable(text.trim()))
      throw new WrongForm(
        'It is sent in a header, which cannot carry a line break, a blank or a character outside ASCII.',
      );
  },
  rotation: null,
});

/** Every secret of a stage, with those that tools declare. */
export const secretKinds = (ofTools: ReadonlyMap<string, DeclaredSecret>): readonly SecretKind[] => [
  {
    name: 'anthropic',
    what: 'key of the Anthropic API, or a JSON array of keys',
    ...inVariable('ANTHROPIC_API_KEY'),
    check: parseProviderKeys,
    checkStrictly: strictKeys,
    rotation: null,
  },
  {
    name: 'jwt',
    what: `what an issuer signs tokens with (HS256), at least ${LEAST_SECRET_BYTES} bytes`,
    ...inVariable('JWT_SECRET'),
    check: parseSigningSecrets,
    checkStrictly: none,
    rotation: tokens,
  },
  {
    name: 'webhooks',
    what: 'what webhooks are signed with: whsec_ and base64 of 24 to 64 bytes',
    ...inVariable('BALLAST_WEBHOOK_SECRET'),
    check: parseWebhookSecrets,
    checkStrictly: none,
    rotation: webhooks,
  },
  ALERTS_KIND,
  {
    name: 'otlp',
    what: 'headers for the receiver of traces: name=value pairs, separated by commas',
    ...inVariable('OTEL_EXPORTER_OTLP_HEADERS'),
    check: headersIn,
    checkStrictly(text) {
      if (Object.keys(headersIn(text)).length === 0) throw new WrongForm('There is no header in it.');
    },
    rotation: null,
  },
  ...[...ofTools].map(([name, what]) => toolKind(name, what)),
];
