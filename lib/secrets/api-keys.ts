/** The keys in a secret: the raw key itself, or a JSON array of keys. Throws where there is none; never quotes it. */
export const parseApiKeys = (secret: string): readonly [string, ...string[]] => {
  const text = secret.trim();
  const [first, ...rest] = text.startsWith('[') ? list(text) : [text];
  if (!first) throw new Error('the secret holds no key');
  return [first, ...rest];
};

const list = (text: string): string[] => {
  try {
    const parsed: unknown = JSON.parse(text);
    if (Array.isArray(parsed) && parsed.every((key) => typeof key === 'string' && key !== ''))
      return parsed as string[];
  } catch {
    // Its message would quote the secret.
  }
  throw new Error('the secret is neither a key nor a JSON array of keys');
};

/** The secret as it is, once it is known to hold a key: a botched rotation counts as a failed look-up, not as a new value. */
export const checkedApiKeys = (secret: string): string => {
  parseApiKeys(secret);
  return secret;
};
