import type { Random } from '../../../../lib/kernel/clock.ts';
import { BASE64URL, chars, times } from '../draw.ts';
import { plant, type Planted } from '../shape.ts';

const ABOUT = { kind: 'anthropic', class: 'keys', label: 'API_KEY' } as const;
const SOURCE = 'https://docs.anthropic.com/en/api/overview (keys of the Console, sk-ant-...)';
const ADMIN_SOURCE = 'https://docs.anthropic.com/en/api/administration-api (sk-ant-admin...)';
const OAUTH_SOURCE = 'https://docs.anthropic.com/en/docs/claude-code (claude setup-token)';

const TEXTS = [
  'ANTHROPIC_API_KEY=§\nMODEL=claude-sonnet-4-5\n',
  'export ANTHROPIC_API_KEY="§"',
  'curl https://api.anthropic.com/v1/messages \\\n  --header "x-api-key: §" \\\n  --header "anthropic-version: 2023-06-01"',
  'client = anthropic.Anthropic(\n    api_key="§",\n)',
  "const anthropic = new Anthropic({ apiKey: '§' });",
  'Hi team, the new key for the staging workspace is §. Please rotate it by Friday.',
  'Der Schlüssel lautet § und gilt nur bis Monatsende.',
  '{"provider":"anthropic","apiKey":"§","maxRetries":2}',
  'llm:\n  provider: anthropic\n  key: §\n  timeout: 30s\n',
  '| env | key |\n| --- | --- |\n| prod | `§` |\n',
  '2026-11-03T08:14:55.120Z ERROR authentication_error: invalid x-api-key (§) request_id=req_011CQ',
  'La clé § a été révoquée ce matin.',
  'docker run -e ANTHROPIC_API_KEY=§ -p 8080:8080 acme/bot:1.4',
  '鍵は§です。他の人に見せないでください。',
];

export const anthropicKeys = (random: Random): Planted[] => [
  ...plant(
    { ...ABOUT, source: SOURCE },
    TEXTS,
    times(14, () => `sk-${'ant'}-api03-${chars(random, 93, BASE64URL)}AA`),
  ),
  ...plant(
    { ...ABOUT, source: ADMIN_SOURCE },
    [
      'ANTHROPIC_ADMIN_KEY=§',
      'curl "https://api.anthropic.com/v1/organizations/members" -H "x-api-key: §"',
      'the admin key (§) can list every workspace',
      '{ "adminKey": "§" }',
      'Use <code>§</code> for the usage report.',
    ],
    times(5, () => `sk-${'ant'}-admin01-${chars(random, 93, BASE64URL)}AA`),
  ),
  ...plant(
    { ...ABOUT, source: OAUTH_SOURCE },
    [
      'CLAUDE_CODE_OAUTH_TOKEN=§',
      'Your OAuth token (valid for 1 year):\n\n§\n\nStore this token securely.',
      'env:\n  CLAUDE_CODE_OAUTH_TOKEN: "§"',
      'setup-token gave me § and then the workflow was green',
    ],
    times(4, () => `sk-${'ant'}-oat01-${chars(random, 93, BASE64URL)}AA`),
  ),
];
