import { ALPHANUMERIC, CAPITAL_OR_DIGIT, charSet, WORD } from '../../reader.ts';
import type { Form } from './key-form.ts';

const HEX = charSet('0123456789abcdef');
const DOTTED = charSet('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.');
const DASHED_HEX = charSet('0123456789abcdef-');
const PATH = charSet('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-/');
const PADDED = charSet('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-');

/** Prefixes of one issuer, of which the rest is the same. */
const of = (prefixes: string, body: Form['body'], least: number): Form[] =>
  prefixes.split(' ').map((prefix) => ({ prefix, body, least }));

/** Of platforms, registries and tools whose keys have a prefix that nothing else has. */
export const OTHER_FORMS: readonly Form[] = [
  ...of('glpat- gldt- glft- glrt- glcbt- glptt- glimt- glsoat- glagent- gloas- GR1348941', WORD, 20),
  ...of('npm_ pnu_', ALPHANUMERIC, 36),
  ...of('pypi-AgEI', WORD, 50),
  ...of('rubygems_', HEX, 48),
  ...of('dckr_pat_', WORD, 24),
  { prefix: 'SG.', body: DOTTED, least: 66, exact: true },
  ...of('xkeysib-', WORD, 64),
  { prefix: 'hf_', body: ALPHANUMERIC, least: 34, exact: true },
  ...of('api_org_', ALPHANUMERIC, 34),
  ...of('gsk_', ALPHANUMERIC, 40),
  ...of('pplx-', ALPHANUMERIC, 40),
  ...of('xai-', ALPHANUMERIC, 60),
  ...of('r8_', ALPHANUMERIC, 37),
  ...of('shpat_ shpca_ shppa_ shpss_', ALPHANUMERIC, 32),
  ...of('lin_api_', WORD, 32),
  ...of('ntn_', ALPHANUMERIC, 40),
  ...of('figd_', WORD, 40),
  ...of('glsa_', WORD, 32),
  ...of('glc_', PADDED, 32),
  ...of('hvs. hvb. hvr.', WORD, 24),
  ...of('tskey-', WORD, 24),
  ...of('vcp_ vci_ vca_ vcr_ vck_', ALPHANUMERIC, 24),
  ...of('cfk_ cfut_ cfat_', ALPHANUMERIC, 48),
  ...of('dop_v1_ doo_v1_ dor_v1_', HEX, 64),
  ...of('HRKU-AA', WORD, 50),
  ...of('fo1_', WORD, 43),
  ...of('dapi', HEX, 32),
  ...of('sgp_', WORD, 40),
  ...of('pscale_tkn_ pscale_pw_ pscale_oauth_', WORD, 32),
  ...of('squ_ sqp_ sqa_', HEX, 40),
  ...of('sntryu_', HEX, 64),
  ...of('sntrys_', PADDED, 60),
  ...of('sq0csp- sq0atp-', WORD, 22),
  ...of('ATATT3', PADDED, 100),
  ...of('PMAK-', WORD, 59),
  ...of('NRAK-', CAPITAL_OR_DIGIT, 27),
  ...of('dp.pt.', ALPHANUMERIC, 40),
  ...of('pul-', HEX, 40),
  ...of('rdme_', ALPHANUMERIC, 60),
  ...of('ops_eyJ', PADDED, 100),
  { prefix: 'SK', body: HEX, least: 32, exact: true },
  ...of('sbp_', HEX, 40),
  ...of('lsv2_pt_ lsv2_sk_', WORD, 32),
  ...of('EAAC EAAM', ALPHANUMERIC, 100),
  ...of('AKCp', ALPHANUMERIC, 60),
  ...of('v1.0-', DASHED_HEX, 100),
  ...of('https://discord.com/api/webhooks/ https://discordapp.com/api/webhooks/', PATH, 60),
  ...of('amzn.mws.', DASHED_HEX, 36),
  ...of('AGE-SECRET-KEY-1', CAPITAL_OR_DIGIT, 50),
];
