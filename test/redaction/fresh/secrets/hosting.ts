import type { Random } from '../../../../lib/kernel/clock.ts';
import { ALPHANUMERIC, chars, times } from '../draw.ts';
import { plant, type Planted } from '../shape.ts';

const ABOUT = { class: 'keys', label: 'API_KEY' } as const;
const SOURCE =
  'https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats';

const CLASSIC_TEXTS = [
  'git clone https://§@github.com/acme/website.git',
  'GITHUB_TOKEN=§',
  'curl -H "Authorization: token §" https://api.github.com/user',
  'echo § | gh auth login --with-token',
  "const octokit = new Octokit({ auth: '§' });",
  '//npm.pkg.github.com/:_authToken=§',
  'My token is §, it only has the repo scope.',
  'remote: Invalid username or password for §.',
  '{"access_token":"§","scope":"repo,gist","token_type":"bearer"}',
  'access_token=§&scope=repo%2Cgist&token_type=bearer',
  'J’ai mis § dans le fichier `.netrc`.',
  'machine github.com login octocat password §',
  'env:\n  GH_TOKEN: §\n',
  'git remote set-url origin https://x-access-token:§@github.com/acme/api.git',
  'Token（§）はもう無効です。',
  '- [ ] revoke §\n- [ ] tell security\n',
  'Das Token "§" hat zu viele Rechte.',
  'fetch(url, { headers: { authorization: `token §` } })',
  'set GITHUB_PAT "§"  # fish',
  '<password>§</password>',
];

const FINE_TEXTS = [
  'GITHUB_TOKEN=§',
  'curl -u octocat:§ https://api.github.com/repos/acme/api/issues',
  'renovate:\n  token: "§"\n',
  'I created § for the release job only.',
  'https://oauth2:§@github.com/acme/private.git',
  "process.env.GH_PAT ??= '§';",
  'Novo token: §',
  'INFO  [release] using token § from keychain',
];

export const githubKeys = (random: Random): Planted[] => [
  ...plant(
    { ...ABOUT, kind: 'github-classic', source: SOURCE },
    CLASSIC_TEXTS,
    times(20, (index) => `${'gh'}${'poursppsop'[index % 10]!}_${chars(random, 36, ALPHANUMERIC)}`),
  ),
  ...plant(
    { ...ABOUT, kind: 'github-fine-grained', source: SOURCE },
    FINE_TEXTS,
    times(8, () => `${'github'}_pat_11${chars(random, 20, ALPHANUMERIC)}_${chars(random, 59, ALPHANUMERIC)}`),
  ),
];
