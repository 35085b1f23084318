/** What the detectors of values behind a name know, as parts of patterns. */
export interface NameTables {
  /** Words that end the name of a secret. */
  readonly names: readonly string[];
  /** Words that, before one of those, make it the name of something else: `nextToken`. */
  readonly others: readonly string[];
  /** What stands between a name and its value. */
  readonly signs: readonly string[];
  /** What stands between a sign and the value on its line, or on one of its own below. */
  readonly gaps: readonly string[];
  /** What may stand before a value that begins a line of its own: the sign of a list, a fence. */
  readonly openings: readonly string[];
}

/** Words that end the name of a password. */
export const PASSWORDS: readonly string[] = ['passw(?:or)?d', 'passphrase', 'pwd', 'passwort', 'kennwort'].concat(
  ...['mot de passe', 'contrase[ñn]a', '\\bsenha', 'wachtwoord', 'пароль', '密码', 'パスワード'],
  ...['(?<![a-z])pass', 'hasło', 'şifre', 'lösenord', 'heslo', 'adgangskode', 'salasana', '\\bparola'],
  ...['كلمة المرور', 'סיסמה', '비밀번호'],
);

/** A type as it is declared behind a name: `string`, `&str`, `Final[str]`, `str | None`. */
const TYPE = '&?[a-z][a-z0-9_.:]{0,24}(?:[<[][a-z, ]{1,24}[>\\]])?(?:\\s?\\|\\s?[a-z]{1,12})?\\??';

export const NAME_TABLES: NameTables = {
  names: [
    ...['api', 'app', 'access', 'account', 'auth', 'client', 'encryption', 'master', 'private', 'secret', 'service']
      .concat('shared', 'signing', 'consumer', 'hmac', 'license', 'subscription', 'mailgun')
      .map((word) => `${word}[ _.-]?key`),
    'secret',
    'token',
    'credentials?',
    'auth(?:orization)?',
    '[?&]sig',
    // In other languages.
    ...['api[ -]schlüssel', 'clé api', 'clave de api', 'chave de api', 'api-ключ', 'api ?密钥'],
    ...PASSWORDS,
  ],
  others: ['next', 'page', 'continuation', 'pagination', 'sync', 'public[ _-]?key'],
  signs: ['=>', ':=', '=', ':', '[：＝是は]', '\\bis:?(?!_)', '\\|', '(?<=\\w)>', '(?<=\\s)\\(', '%3D', '%3A']
    .concat('<-', '->', '→', '(?<=(?:key|word|secret)\\W{1,5})[-–—](?=\\s)', '(?<=\\s)(?:lautet|ist|est|es):?')
    // In a call, an initializer and behind what stands where a variable has none.
    .concat('[({](?=["\'`])', '(?:\\|\\||\\?\\?)(?=\\s?["\'`])')
    // Behind a type, the brackets of an array, and another name.
    .concat(`:\\s?${TYPE}\\s?=`, '(?:string|\\[\\d{0,4}])\\s?=', ',\\s?(?:_|err)\\s?:=')
    // Of a pair: in YAML and JSON, in the attributes and the elements of XML.
    .concat(',?\\s*\\\\?["\']?[a-z]{0,9}value\\\\?["\']?\\s?[:=]', 'content\\s?=')
    .concat('(?<=(?:key|name)=.{0,40})>', '</(?:key|name)>\\s{0,16}<(?:string|value)>')
    // The value of a pair, in a call too, and a text that is made of it.
    .concat('(?<=key["\'`]),(?=\\s?["\'`])', '(?<=\\(.{0,32}),(?=\\s?["\'`])')
    .concat('=\\s?(?:String::from|str|bytes|\\[]byte)\\((?=["\'`])')
    // A line that begins with the name of a key.
    .concat('(?<=(?:^|\\n)[#*a-z ]{0,24}key\\**)(?:\\r?\\n|,(?=$))'),
  gaps: ['\\s{0,3}', '%20', '\\s?\\[\\s{0,16}', '\\s[|>]-?\\r?\\n[ \\t]{1,16}', '\\s*\\n[ \\t]{1,8}'],
  openings: ['[-*+>][ \\t]{0,3}', '\\d{1,2}[.)][ \\t]{1,3}', '[`~]{3}[a-z]{0,12}\\r?\\n[ \\t]{0,4}'],
};

/**
 * Behind what a value is a secret, but for places in a list (`nextToken`), names in an ARN (`123456789012:secret:`) and our
 * labels; in the plural only before a list, as `API_KEYS=…` is one, since `inputTokens: …` is a count. It ends where the value
 * begins, so it is tried on few characters and few places.
 */
export const namePattern = ({ names, others, signs, gaps, openings }: NameTables): RegExp =>
  new RegExp(
    `(?<!(?:${others.join('|')})[ _-]?|\\d:|redacted_)(?:${names.join('|')})(?:s(?=["'\`]?\\s?[:=]\\s*[[\\n])|(?<=key)s(?==))?(?:[_-]?\\d{1,3})?(?:["'\`\\\\\\]*_]{0,4}\\s{0,16}|%22)` +
      `(?:${signs.join('|')})[*_]{0,3}(?:${gaps.join('|')}|\\s{0,4}\\n[ \\t]{0,4}(?:${openings.join('|')}))` +
      `[*_]{0,3}(?:\\\\?["'\`「]|%2[27])?(?:base64:)?$`,
    'i',
  );
