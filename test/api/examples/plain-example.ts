type Json = Readonly<Record<string, unknown>>;

/** So many entries of a list of objects are shown. */
const SHOWN = 2;

const NOW = '2026-11-20T09:30:00.000Z';
const INSTANT = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;
const DAY = /\b20\d\d-\d\d-\d\d\b(?!T)/g;
/** Where a row of CSV says from when it counts: the first of the month, which today may be too. */
const FIRST_DAY = /(\r\n[^,]*,)2026-11-20/g;
const ID = /\b(run|req|key|msg|toolu|aud|evt)_(?:sim_)?[\da-z]{8,}/g;
const ID_DIGITS = '01kaj5v3m2e8q4t7y9w1x5z0';

/** What is another each time, by the name of its field: a value of the same form in its place. */
const BY_NAME: Readonly<Record<string, unknown>> = {
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  version: '1.0.0',
  pseudonym: 'sha256:4ec9599fc203d176a301536c2e091a19',
  keyPrefix: 'bk_examp',
  secret: `whsec_${Buffer.from('an example, which signs nothing.').toString('base64')}`,
  resetsAt: '2026-11-21T00:00:00.000Z',
};

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const plainText = (text: string, idOf: (id: string, prefix: string) => string): string =>
  text
    .replace(/\bbk_[\da-z]{40,}/, 'bk_example0which0opens0nothing0000000000000000000000')
    .replace(INSTANT, NOW)
    .replace(DAY, '2026-11-20')
    .replace(FIRST_DAY, '$12026-11-01')
    .replace(ID, idOf)
    .replace(/\b(?:localhost|127\.0\.0\.1):\d+/g, 'localhost:3000');

/**
 * A real answer as an example of it: ids, instants and measured times, which are others each time, have a fixed value of
 * their form, and of a list of objects the first are left.
 */
export const plainExample = (answer: unknown): unknown => {
  const ids = new Map<string, string>();
  const idOf = (id: string, prefix: string): string => {
    if (!ids.has(id)) ids.set(id, `${prefix}_${ID_DIGITS}${String(ids.size + 1).padStart(2, '0')}`);
    return ids.get(id) ?? id;
  };
  const plain = (value: unknown, name = ''): unknown => {
    // There is none on the first day of a month.
    if (name === 'forecastUsd') return '0.01';
    if (name === 'from' && typeof value === 'string' && /^20/.test(value)) return '2026-11-01';
    if (typeof value === 'string' && Object.hasOwn(BY_NAME, name)) return BY_NAME[name];
    if (typeof value === 'number') return name.endsWith('Ms') && name !== 'timeoutMs' ? 12 : value;
    if (typeof value === 'string') return plainText(value, idOf);
    if (Array.isArray(value))
      return (value.every(isObject) ? value.slice(0, SHOWN) : value).map((each) => plain(each, name));
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each, key)]));
  };
  return typeof answer === 'string' ? plainStream(answer, plain) : plain(answer);
};

/** The data of an event in its line. */
const dataOf = (block: string): Json => JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? '{}') as Json;

/** A stream without what only its timing decides: comments, pings, and into how many parts a text came. */
const plainStream = (text: string, plain: (value: unknown) => unknown): string => {
  if (!/^(?:id|event):/m.test(text)) return String(plain(text));
  const blocks = text.split('\n\n').filter((block) => /^event: (?!ping)/m.test(block));
  const events: { name: string; data: Json }[] = [];
  for (const block of blocks) {
    const [name = '', data] = [/^event: (.*)$/m.exec(block)?.[1], dataOf(block)];
    const last = events.at(-1);
    if (name === 'text.delta' && last?.name === name)
      events[events.length - 1] = { name, data: { text: `${String(last.data['text'])}${String(data['text'])}` } };
    else events.push({ name, data });
  }
  const numbered = /^id: /m.test(text);
  return events
    .map(
      ({ name, data }, at) =>
        `${numbered ? `id: ${at + 1}\n` : ''}event: ${name}\ndata: ${JSON.stringify(plain(data))}\n\n`,
    )
    .join('');
};
