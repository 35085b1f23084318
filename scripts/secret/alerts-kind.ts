import { readTargets } from '../../lib/alerts/targets/targets.ts';
import { type Rotation, type SecretKind, type Variables, WrongForm } from './secret-kind.ts';

const signers = (text: string): readonly string[] => readTargets(text).webhook?.secrets ?? [];

/** The text with another secret of its webhook; whoever is notified stays. */
const withSigner = (text: string, webhookSecret: unknown): string =>
  JSON.stringify({ ...(JSON.parse(text) as object), webhookSecret });

const alerts: Rotation = {
  count: (text) => signers(text).length,
  rotated(text, next) {
    const [previous] = signers(text);
    const current = next.trim();
    if (previous === undefined) throw new WrongForm('It names no webhook, whose secret this would be: put one.');
    if (previous === current) throw new WrongForm('This is the current one already.');
    return withSigner(text, { current, previous });
  },
  finished: (text) => withSigner(text, signers(text)[0]),
  part: {
    what: 'new webhookSecret: 16 to 512 characters',
    check(text) {
      const length = text.trim().length;
      if (length < 16 || length > 512 || text.trim().startsWith('{'))
        throw new WrongForm('The new webhookSecret is a text of 16 to 512 characters, given alone.');
    },
    checkStrictly: () => undefined,
  },
  ends(before, text) {
    const inUse = () => {
      try {
        return signers(before).slice(0, 1);
      } catch {
        return []; // Of another form: nothing was signed with it.
      }
    };
    return !inUse().every((secret) => signers(text).includes(secret));
  },
};

const ALERTS = {
  BALLAST_SLACK_WEBHOOK_URL: 'slackWebhookUrl',
  BALLAST_ALARM_WEBHOOK_URL: 'webhookUrl',
  BALLAST_ALARM_WEBHOOK_SECRET: 'webhookSecret',
} as const;

const alertsInVariables: Variables = {
  variableNames: Object.keys(ALERTS),
  variables(text) {
    const members = JSON.parse(text) as Readonly<Record<string, string | object | undefined>>;
    const written = (value: string | object | undefined): string | null =>
      typeof value === 'object' ? JSON.stringify(value) : (value ?? null);
    return Object.fromEntries(Object.entries(ALERTS).map(([name, field]) => [name, written(members[field])]));
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

/** Who is notified; of it, the secret of the webhook is rotated. */
export const ALERTS_KIND: SecretKind = {
  name: 'alerts',
  what: 'who is notified of alarms: JSON with slackWebhookUrl, webhookUrl, webhookSecret',
  ...alertsInVariables,
  check: readTargets,
  checkStrictly: strictTargets,
  rotation: alerts,
};
