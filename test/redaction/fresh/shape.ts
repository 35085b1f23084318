/** One text with one secret, as the makers give it: `before + secret + after`. */
export interface Planted {
  kind: string;
  class: 'keys' | 'cards' | 'ssn' | 'iban' | 'email' | 'phone';
  label: 'API_KEY' | 'TOKEN' | 'PRIVATE_KEY' | 'CARD' | 'SSN' | 'IBAN' | 'EMAIL' | 'PHONE';
  before: string;
  secret: string;
  after: string;
  source: string;
}

export interface LookAlike {
  kind: string;
  text: string;
  source: string;
}

const SECRET_HERE = '§';

/** Puts each secret into the text of the same index; texts start again where there are more secrets. */
export const plant = (
  about: Omit<Planted, 'before' | 'secret' | 'after'>,
  texts: readonly string[],
  secrets: readonly string[],
): Planted[] =>
  secrets.map((secret, index) => {
    const [before, after] = texts[index % texts.length]!.split(SECRET_HERE);
    if (after === undefined) throw new Error(`No place for a secret: ${before}`);
    return { ...about, before: before!, secret, after };
  });

export const lookAlikes = (kind: string, source: string, texts: readonly string[]): LookAlike[] =>
  texts.map((text) => ({ kind, text, source }));
