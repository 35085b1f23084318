import type { Random } from '../../../../lib/kernel/clock.ts';
import { ALPHANUMERIC, BASE64URL, chars, times } from '../draw.ts';
import { plant, type Planted } from '../shape.ts';

const ABOUT = { class: 'keys', label: 'API_KEY' } as const;
const STRIPE = { ...ABOUT, kind: 'stripe', source: 'https://docs.stripe.com/keys' };
const WEBHOOK = { ...ABOUT, kind: 'stripe', source: 'https://docs.stripe.com/webhooks#verify-events' };
const OPENAI = { ...ABOUT, kind: 'openai', source: 'https://platform.openai.com/docs/api-reference/authentication' };

const STRIPE_TEXTS = [
  'STRIPE_SECRET_KEY=§',
  'curl https://api.stripe.com/v1/charges -u §: -d amount=2000',
  "const stripe = require('stripe')('§');",
  'stripe.api_key = "§"',
  'Stripe::StripeClient.new("§")',
  'Invalid API Key provided: §',
  '{"stripe":{"secret":"§","currency":"eur"}}',
  'Wir haben § aus Versehen in den Client gebaut.',
  'stripe listen --api-key § --forward-to localhost:4242/webhook',
  'payments:\n  stripe:\n    secret_key: §\n',
  'La chiave segreta (§) va tenuta fuori dal repository.',
];

const OPENAI_TEXTS = [
  'OPENAI_API_KEY=§',
  'client = OpenAI(api_key="§")',
  'Incorrect API key provided: §. You can find your API key at https://platform.openai.com/account/api-keys.',
  'export OPENAI_API_KEY=§ && python chat.py',
  '{"openai_api_key": "§", "model": "gpt-4o"}',
  'Ma clé OpenAI est §, tu peux l’utiliser ce soir.',
  'const openai = new OpenAI({ apiKey: `§`, organization: "org-acme" });',
  '[openai]\nkey = "§"\n',
  'key: §  # shared with the analytics group',
  'Use § for now.',
  '我的密钥是§，请不要外传。',
  'openai.api_key = "§"',
  'OPENAI_KEY="§" npm run ingest',
  'log.debug("calling with §")',
];

const openaiKey = (random: Random, index: number): string => {
  const marker = ['T3Blb', 'kFJ'].join('');
  if (index % 4 === 0) return `sk-${chars(random, 20, ALPHANUMERIC)}${marker}${chars(random, 20, ALPHANUMERIC)}`;
  const owner = ['proj', 'svcacct', 'proj', 'admin'][index % 4]!;
  return `sk-${owner}-${chars(random, 74, BASE64URL)}${marker}${chars(random, 74, BASE64URL)}`;
};

export const stripeKeys = (random: Random): Planted[] => [
  ...plant(
    STRIPE,
    STRIPE_TEXTS,
    times(11, (index) => {
      const prefix = `${index % 3 === 2 ? 'rk' : 'sk'}_${index % 4 === 3 ? 'test' : 'live'}`;
      return `${prefix}_${index % 2 === 0 ? '51' : ''}${chars(random, index % 2 === 0 ? 97 : 24, ALPHANUMERIC)}`;
    }),
  ),
  ...plant(
    WEBHOOK,
    ['STRIPE_WEBHOOK_SECRET=§', 'Your webhook signing secret is § (^C to quit)', "const endpointSecret = '§';"],
    times(3, () => `${'wh'}sec_${chars(random, 32, ALPHANUMERIC)}`),
  ),
];

export const openaiKeys = (random: Random): Planted[] =>
  plant(
    OPENAI,
    OPENAI_TEXTS,
    times(14, (index) => openaiKey(random, index)),
  );
