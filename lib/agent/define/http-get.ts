import * as z from 'zod/mini';
import { label, safe } from '../../kernel/redacted.ts';
import { declined, defineTool, type Tool } from './define-tool.ts';
import type { ToolContext } from './tool-options.ts';

export interface HttpGetOptions {
  /** Names of hosts, such as `docs.example.com`, and `*.example.org` for all below one. Nothing else is asked. */
  readonly hosts: readonly string[];
  /** Default `http_get`. */
  readonly name?: string;
  /** Beside what the model is always told: which pages there are, and when to read them. */
  readonly description?: string;
  /** Longest time of one call, redirects included. Default 10,000 ms. */
  readonly timeoutMs?: number;
  /** What is read of a page; the rest is left out, and the model told. Default 1,000,000. */
  readonly maxBytes?: number;
}

const MOST_REDIRECTS = 5;
const MAX_URL_CHARS = 2_048;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const TEXT = /^(?:text\/[\w.+-]+|application\/(?:json|xml|[\w.-]+\+(?:json|xml)))$/;

const typeOf = ({ headers }: Response): readonly [type: string, charset: string] => {
  const [type = '', ...parameters] = (headers.get('content-type') ?? '').toLowerCase().split(';');
  const charset = parameters.map((each) => /^\s*charset="?([\w-]+)"?\s*$/.exec(each)?.[1]).find(Boolean);
  return [type.trim(), charset ?? 'utf-8'];
};

const decoderOf = (charset: string): InstanceType<typeof TextDecoder> => {
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder();
  }
};

/** The first of a body, and whether that is all of it. */
const readUpTo = async ({ body }: Response, maxBytes: number): Promise<readonly [bytes: Buffer, isWhole: boolean]> => {
  const chunks: Uint8Array[] = [];
  let left = maxBytes;
  const parts: AsyncIterable<Uint8Array> | null = body;
  for await (const chunk of parts ?? []) {
    chunks.push(chunk.subarray(0, left));
    left -= chunk.byteLength;
    // Leaving the loop cancels the rest.
    if (left < 0) break;
  }
  return [Buffer.concat(chunks), left >= 0];
};

/** Each redirect is asked as the first URL was: outside of the hosts it is declined. */
const follow = async (url: string, fetch: ToolContext<'hosts'>['fetch']): Promise<readonly [at: string, Response]> => {
  let at = url;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    const response = await fetch('hosts', at, { redirect: 'manual', headers: { accept: 'text/*, application/json' } });
    const location = REDIRECTS.has(response.status) ? response.headers.get('location') : null;
    if (location === null) return [at, response];
    await response.body?.cancel();
    at = URL.parse(location, at)?.href ?? '';
  }
  throw declined(safe`This URL leads on and on: it was followed ${MOST_REDIRECTS} times.`);
};

/**
 * A tool that reads pages of these hosts over https: text alone, bounded in size and time, redirected among the hosts only. What it
 * reads is `untrusted`, and what the model asks for leaves (`external`).
 */
export const httpGet = (options: HttpGetOptions): Tool => {
  const { hosts, name = 'http_get', description = '', timeoutMs = 10_000, maxBytes = 1_000_000 } = options;
  return defineTool({
    name,
    description:
      `Reads the text of a page or an API by its https URL, of one of these hosts: ${hosts.join(', ')}. ${description}`.trim(),
    input: z.strictObject({ url: z.url().check(z.maxLength(MAX_URL_CHARS)) }),
    endpoints: { hosts: { hosts } },
    reads: ['untrusted'],
    does: ['external'],
    // To ask for a page twice changes nothing.
    sideEffects: false,
    timeoutMs,
    async run({ url }, { fetch }) {
      const [at, response] = await follow(url, fetch);
      const [type, charset] = typeOf(response);
      if (!TEXT.test(type)) {
        await response.body?.cancel();
        throw declined(safe`What stands there is no text. Its status is ${response.status}.`);
      }
      const [bytes, isWhole] = await readUpTo(response, maxBytes);
      const rest = isWhole ? '' : `\n[cut: the first ${maxBytes} bytes shown]`;
      return `${response.status} ${at} (${label(type)})\n\n${decoderOf(charset).decode(bytes)}${rest}`;
    },
  });
};
