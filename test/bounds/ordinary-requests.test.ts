import { describe, expect, it } from 'vitest';
import { ORDINARY } from './ordinary-requests.ts';
import { under } from './under-limit.ts';

describe('an ordinary request is let through under a limit', () => {
  it.each(ORDINARY.map((request) => [request.what, request] as const))('%s', async (_, request) => {
    expect(await under('200', request)).toBe('answered');
  });

  it.each(
    ORDINARY.filter(({ body }) => !/web_(search|fetch)_\d/.test(JSON.stringify(body['tools'] ?? []))).map(
      (request) => [request.what, request] as const,
    ),
  )('of a few dollars: %s', async (_, request) => {
    expect(await under('12', request)).toBe('answered');
  });
});
