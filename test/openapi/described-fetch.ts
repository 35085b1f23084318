import { bodyFaults, headFaults } from './answer-faults.ts';

/** An answer came that is not as the OpenAPI description says. */
export class NotDescribed extends Error {
  override readonly name = 'NotDescribed';
}

const assertNone = (faults: readonly string[]): void => {
  if (faults.length > 0) throw new NotDescribed(faults.slice(0, 10).join('\n'));
};

/** Those have no body, and `Response` takes none for them. */
const BODILESS = new Set([204, 304]);

/**
 * `fetch`, for requests to Ballast: rejects where the status, a header or the content type is not as the OpenAPI description
 * says, and its body fails at its end where that is not. What nobody reads is not looked at.
 */
export const describedFetch = async (url: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
  if (url instanceof Request) throw new TypeError('a URL and its init are asked for here');
  const response = await fetch(url, init);
  const { status, statusText, headers } = response;
  const asked = { method: (init.method ?? 'GET').toUpperCase(), path: new URL(url).pathname };
  const head = { status, header: (name: string) => headers.get(name) };
  if (response.redirected) return response;
  assertNone(headFaults(asked, head));
  if (response.body === null || BODILESS.has(status)) return response;
  const decoder = new TextDecoder();
  let text = '';
  const watched = response.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>(
      {
        transform(chunk, controller) {
          text += decoder.decode(chunk, { stream: true });
          controller.enqueue(chunk);
        },
        flush: () => assertNone(bodyFaults(asked, head, text)),
      },
      { highWaterMark: 1 },
      { highWaterMark: 0 },
    ),
  );
  return new Response(watched, { status, statusText, headers });
};

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** The same for an answer that came from a function itself. */
export const assertDescribed = (
  asked: { readonly httpMethod: string; readonly path: string },
  { status, headers, text }: Answered,
): void => {
  const named = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const head = { status, header: (name: string) => named.get(name) ?? null };
  const request = { method: asked.httpMethod.toUpperCase(), path: asked.path };
  assertNone([...headFaults(request, head), ...bodyFaults(request, head, text)]);
};
