/** Differ from run to run, but not in their length. */
const FIXED_LENGTH = /^(?:runId|requestId|traceId|toolUseId|\w+At)$/;
/** Differ from run to run, or with each word of a prompt: nothing is compared but whether they are there. */
const VARYING = /^(?:\w+Ms|\w+Tokens|asked|version)$/;

const leaf = (name: string, shown: unknown, real: unknown): boolean => {
  if (typeof shown !== typeof real) return false;
  if (VARYING.test(name)) return true;
  if (FIXED_LENGTH.test(name)) return String(shown).length === String(real).length;
  if (name === 'costUsd') return (shown === '0') === (real === '0');
  return shown === real;
};

/** Where an output is not what a document shows: everything shown has to be there, and there may be more. */
export const differences = (shown: unknown, real: unknown, at = ''): string[] => {
  if (typeof shown !== 'object' || shown === null) {
    const name = /\w*$/.exec(at)?.[0] ?? '';
    return leaf(name, shown, real) ? [] : [`${at}: ${JSON.stringify(shown)} is shown, ${JSON.stringify(real)} it is`];
  }
  if (typeof real !== 'object' || real === null || Array.isArray(shown) !== Array.isArray(real))
    return [`${at} is something else`];
  // A list of events is told whole; any other may be shown by its beginning.
  if (at === '' && Array.isArray(shown) && shown.length !== (real as unknown[]).length)
    return [`${shown.length} are shown, ${(real as unknown[]).length} there are`];
  const found = new Map(Object.entries(real));
  return Object.entries(shown).flatMap(([name, value]) =>
    found.has(name) ? differences(value, found.get(name), `${at}.${name}`) : [`${at}.${name} is not there`],
  );
};

/** An output as a value: Server-Sent Events in their order without their comments, JSON, or a line of text. */
export const parseOutput = (text: string): unknown => {
  if (/^(?:id|event)?: /.test(text))
    return [...text.matchAll(/^(?:id: (\d+)\n)?event: (.+)\ndata: (.+)$/gm)].map(([, id, event, data = '']) => ({
      id,
      event,
      data: JSON.parse(data) as unknown,
    }));
  return text.startsWith('{') ? JSON.parse(text) : text.trim();
};
