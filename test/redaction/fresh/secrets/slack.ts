import type { Random } from '../../../../lib/kernel/clock.ts';
import { ALPHANUMERIC, chars, DIGITS, HEX, times } from '../draw.ts';
import { plant, type Planted } from '../shape.ts';

const ABOUT = { class: 'keys', label: 'API_KEY' } as const;
const SOURCE = 'https://docs.slack.dev/authentication/tokens';
const ROTATION_SOURCE = 'https://docs.slack.dev/authentication/using-token-rotation';
const WEBHOOK_SOURCE = 'https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks';

const TEXTS = [
  'SLACK_BOT_TOKEN=§',
  'const web = new WebClient("§");',
  'curl -F token=§ https://slack.com/api/auth.test',
  '{"ok":true,"access_token":"§","token_type":"bot","scope":"chat:write"}',
  'app = App(token="§", signing_secret=os.environ["SIGNING_SECRET"])',
  'The bot stopped because § was revoked by an admin.',
  'slack:\n  token: §\n  channel: "#alerts"\n',
  'https://slack.com/api/files.list?token=§&count=100',
  'Le jeton du bot : §',
  'not_allowed_token_type: § (bot token required)',
];

const numbers = (random: Random) => `${chars(random, 12, DIGITS)}-${chars(random, 13, DIGITS)}`;

export const slackKeys = (random: Random): Planted[] => [
  ...plant(
    { ...ABOUT, kind: 'slack-token', source: SOURCE },
    TEXTS,
    times(7, () => `${'xo'}xb-${numbers(random)}-${chars(random, 24, ALPHANUMERIC)}`),
  ),
  ...plant(
    { ...ABOUT, kind: 'slack-token', source: SOURCE },
    TEXTS.toReversed(),
    times(5, () => `${'xo'}xp-${numbers(random)}-${chars(random, 13, DIGITS)}-${chars(random, 32, HEX)}`),
  ),
  ...plant(
    { ...ABOUT, kind: 'slack-token', source: SOURCE },
    ['SLACK_APP_TOKEN=§', 'new App({ token, appToken: "§", socketMode: true })', 'Socket Mode: § (connections:write)'],
    times(3, () => {
      const app = `A0${chars(random, 9, 'ABCDEFGHJKLMNPQRSTUVWXYZ0123456789')}`;
      return `${'xa'}pp-1-${app}-${chars(random, 13, DIGITS)}-${chars(random, 64, HEX)}`;
    }),
  ),
  ...plant(
    { ...ABOUT, kind: 'slack-token', source: ROTATION_SOURCE },
    ['{"refresh_token":"§","expires_in":43200}', 'slack_refresh=§', 'neues Refresh-Token: §'],
    times(3, () => `${'xo'}xe-1-${chars(random, 146, ALPHANUMERIC)}`),
  ),
  ...plant(
    { ...ABOUT, kind: 'slack-webhook', source: WEBHOOK_SOURCE },
    [
      'SLACK_WEBHOOK_URL=§',
      `curl -X POST -H 'Content-type: application/json' --data '{"text":"Hello"}' §`,
      'receivers:\n  - name: slack\n    slack_configs:\n      - api_url: §\n        channel: "#ops"\n',
      'Post deploy notices to § please.',
      "const webhook = new IncomingWebhook('§');",
      '[webhook](§) des Kanals #betrieb',
    ],
    times(6, () => {
      const [team, hook] = [0, 1].map(() => chars(random, 9, 'ABCDEFGHJKLMNPQRSTUVWXYZ0123456789'));
      const path = `T0${team!.slice(1)}/B0${hook!}/${chars(random, 24, ALPHANUMERIC)}`;
      return `https://hooks.${'slack'}.com/services/${path}`;
    }),
  ),
];
