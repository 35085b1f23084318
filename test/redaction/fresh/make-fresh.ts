import { writeFileSync } from 'node:fs';
import { format } from 'prettier';
import { seededRandom } from '../../seeded-random.ts';
import { code } from './look-alikes/code.ts';
import { encoded } from './look-alikes/encoded.ts';
import { identifiers } from './look-alikes/identifiers.ts';
import { measures } from './look-alikes/measures.ts';
import { cardLike, ibanLike, referenceNumbers, ssnLike } from './look-alikes/numbers.ts';
import { prose } from './look-alikes/prose.ts';
import { anthropicKeys } from './secrets/anthropic.ts';
import { awsKeys } from './secrets/aws.ts';
import { cards } from './secrets/cards.ts';
import { googleKeys } from './secrets/google.ts';
import { githubKeys } from './secrets/hosting.ts';
import { ibans } from './secrets/ibans.ts';
import { namedKeys } from './secrets/named.ts';
import { openaiKeys, stripeKeys } from './secrets/payment-and-model-keys.ts';
import { people } from './secrets/people.ts';
import { phones } from './secrets/phones.ts';
import { privateKeys } from './secrets/private-keys.ts';
import { slackKeys } from './secrets/slack.ts';
import { tokens } from './secrets/tokens.ts';
import type { Planted } from './shape.ts';

const SEED = 20_261_201;

const SECRETS = [
  anthropicKeys,
  awsKeys,
  githubKeys,
  slackKeys,
  stripeKeys,
  googleKeys,
  openaiKeys,
  namedKeys,
  tokens,
  privateKeys,
  people,
  cards,
  ibans,
  phones,
];

const LOOK_ALIKES = [identifiers, cardLike, ssnLike, ibanLike, referenceNumbers, measures, encoded, code, prose];

const isHeldOut = (index: number) => index % 3 === 2;

/** Two parts, so that no scanner takes the file for a leak: the cut goes through what it would know the secret by. */
const inTwoParts = ({ kind, secret }: Planted): [string, string] => {
  const cut = { 'slack-webhook': 16, 'private-key': 8 }[kind] ?? Math.min(3, secret.length - 1);
  return [secret.slice(0, cut), secret.slice(cut)];
};

const asJson = (entries: readonly object[]) => format(JSON.stringify(entries), { parser: 'json', printWidth: 120 });

/** Both files as text, by name; each group draws from a sequence of its own, so that one group's change moves no other. */
export const makeFresh = async (): Promise<Record<'secrets.json' | 'look-alikes.json', string>> => {
  const secrets = SECRETS.flatMap((make, index) => make(seededRandom(SEED + index)));
  const alike = LOOK_ALIKES.flatMap((make, index) => make(seededRandom(SEED + 100 + index)));
  return {
    'secrets.json': await asJson(
      secrets.map((entry, index) => ({ ...entry, secret: inTwoParts(entry), heldOut: isHeldOut(index) })),
    ),
    'look-alikes.json': await asJson(alike.map((entry, index) => ({ ...entry, heldOut: isHeldOut(index) }))),
  };
};

if (import.meta.main) {
  for (const [name, text] of Object.entries(await makeFresh())) writeFileSync(new URL(name, import.meta.url), text);
}
