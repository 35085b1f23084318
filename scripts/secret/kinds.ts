import { readTargets } from '../../lib/alerts/targets.ts';
import { LEAST_SECRET_BYTES, parseSigningSecrets, type SigningSecret } from '../../lib/identity/jwt/signing-secrets.ts';
import { isSendable, parseProviderKeys } from '../../lib/secrets/provider-keys.ts';
import { headersIn } from '../../lib/telemetry/tracing/otlp.ts';
import { parseWebhookSecrets } from '../../lib/webhooks/signing-secrets.ts';
import { variableOf } from '../../local/tool-secrets.ts';

/** A value is not what it is put as; the message says what is, and quotes nothing. */
export class WrongForm extends Error {}

/** What takes over from what it was, both being accepted meanwhile. */
export interface Rotation {
  /** How many the text holds: 1 or 2. */
  count(text: string): number;
  /** The new one with the current one of the text as its previous one. Throws `WrongForm` where they are one. */
  rotated(text: string, next: string): string;
  /** The current one of the text alone. */
  finished(text: string): string;
}

/** A secret of a stage. */
export interface SecretKind {
  /** As on the command line, and behind `ballast/<stage>/`. */
  readonly name: string;
  readonly what: string;
  /** The variables that hold it in `.env`. */
  readonly variableNames: readonly string[];
  /** With their values; `null`: none. */
  readonly variables: (text: string) => Readonly<Record<string, string | null>>;
  /** The text in `.env`; `null`: none. */
  readonly fromVariables: (env: Readonly<Record<string, string | undefined>>) => string | null;
  /** Throws an error that quotes nothing where the text has another form. */
  readonly check: (text: string) => unknown;
  /** Throws `WrongForm` for what the service would take and nobody means to put: none of these is put without `--force`. */
  readonly checkStrictly: (text: string) => void;
  readonly rotation: Rotation | null;
}

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

type Variables = Pick<SecretKind, 'variableNames' | 'variables' | 'fromVariables'>;

const inVariable = (variable: string): Variables => ({
  variableNames: [variable],
  variables: (text) => ({ [variable]: text }),
  fromVariables: (env) => env[variable] || null,
});

const ALERTS = {
  BALLAST_SLACK_WEBHOOK_URL: 'slackWebhookUrl',
  BALLAST_ALARM_WEBHOOK_URL: 'webhookUrl',
  BALLAST_ALARM_WEBHOOK_SECRET: 'webhookSecret',
} as const;

const alertsInVariables: Variables = {
  variableNames: Object.keys(ALERTS),
  variables(text) {
    const members = JSON.parse(text) as Readonly<Record<string, string | undefined>>;
    return Object.fromEntries(Object.entries(ALERTS).map(([name, field]) => [name, members[field] ?? null]));
  },
  fromVariables(env) {
    const set = Object.entries(ALERTS).flatMap(([name, field]) => (env[name] ? [[field, env[name]]] : []));
    return set.length === 0 ? null : JSON.stringify(Object.fromEntries(set));
  },
};

const strictTargets = (text: string): void => {
  const fields: readonly string[] = Object.values(ALERTS);
  const members = Object.keys(JSON.parse(text) as object);
  if (members.length === 0 || !members.every((name) => fields.includes(name)))
    throw new WrongForm(`It names who is notified by ${fields.join(', ')}, and has no other member.`);
};

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
  {
    name: 'alerts',
    what: 'who is notified of alarms: JSON with slackWebhookUrl, webhookUrl, webhookSecret',
    ...alertsInVariables,
    check: readTargets,
    checkStrictly: strictTargets,
    rotation: null,
  },
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
