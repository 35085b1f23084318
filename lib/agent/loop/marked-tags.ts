import { createHash } from 'node:crypto';

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** Tags marked by a digest of all that they enclose: a text can't hold what would change with it. Replays mark the same. */
export const tagging = (texts: readonly string[]) => {
  const mark = digest(texts.join('\n'));
  return (name: string, text: string): string => `<${name}-${mark}>\n${text}\n</${name}-${mark}>`;
};
