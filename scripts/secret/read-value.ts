import { createInterface } from 'node:readline/promises';
import type { Readable } from 'node:stream';
import { Writable } from 'node:stream';
import { WrongForm } from './secret-kind.ts';

/** As much as Secrets Manager takes. */
const MAX_BYTES = 65_536;

/** What is pasted comes within this time. */
const PASTED_MS = 100;

export interface ValueSource {
  readonly input: Readable & { readonly isTTY?: boolean };
  /** Shows the question; never what is typed. */
  readonly ask: (question: string) => void;
}

const typed = async ({ input, ask }: ValueSource, question: string): Promise<string> => {
  ask(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  // As a terminal, it takes over what is typed, and shows it where nobody looks.
  const reader = createInterface({ input, output: nowhere, terminal: true });
  try {
    return await new Promise((resolve, reject) => {
      reader.once('line', (line) => {
        reader.once('line', () => reject(new WrongForm('The value has several lines: pipe it in.')));
        setTimeout(() => resolve(line), PASTED_MS);
      });
      reader.once('SIGINT', () => reject(new WrongForm('Nothing was written.')));
      reader.once('close', () => reject(new WrongForm('Nothing was written.')));
    });
  } finally {
    reader.close();
    ask('\n');
  }
};

const piped = async ({ input }: ValueSource): Promise<string> => {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of input as AsyncIterable<Buffer | string>) {
    const bytes = Buffer.from(part);
    length += bytes.length;
    if (length > MAX_BYTES) throw new WrongForm(`The value has more than ${MAX_BYTES} bytes.`);
    parts.push(bytes);
  }
  return Buffer.concat(parts).toString('utf8');
};

/** A value out of what is piped in, or typed unseen; without white space around it. Rejects with `WrongForm` where there is none. */
export const readValue = async (source: ValueSource, question: string): Promise<string> => {
  const value = (await (source.input.isTTY === true ? typed(source, question) : piped(source))).trim();
  if (value === '') throw new WrongForm('The value is empty: pipe it in, or type it when it is asked for.');
  return value;
};
