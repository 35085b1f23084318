import { declined, defineTool, safe, z } from 'ballast';
import { calculated } from './calculated.ts';

/** Its answer is the same for everybody, and may be cached. */
export const calculate = defineTool({
  name: 'calculate',
  description: 'Calculates with numbers, + - * / % ^ and round brackets.',
  cacheable: true,
  input: z.strictObject({ expression: z.string().check(z.minLength(1), z.maxLength(1_000)) }),
  run: ({ expression }) => {
    const value = calculated(expression);
    if (value === null) throw declined(safe`This is not an expression that can be calculated.`);
    return String(value);
  },
});

/** Its answer depends on the moment; it declines a zone that there is not. */
export const currentTime = defineTool({
  name: 'current_time',
  description: 'Tells the current date and time.',
  input: z.strictObject({ timeZone: z.optional(z.string().check(z.minLength(1), z.maxLength(64))) }),
  run: ({ timeZone = 'UTC' }, { now }) => {
    try {
      return new Intl.DateTimeFormat('en-GB', { timeZone, dateStyle: 'full', timeStyle: 'medium' }).format(now());
    } catch {
      throw declined(safe`This time zone is not known.`);
    }
  },
});

/** Asks outside, by a circuit of its own and with a fallback. */
export const getWeather = defineTool({
  name: 'get_weather',
  description: 'Tells the current weather at a place.',
  input: z.strictObject({ location: z.string().check(z.minLength(1), z.maxLength(200)) }),
  circuit: { name: 'tool/open-meteo', failureThreshold: 3, breakDurationMs: 30_000 },
  timeoutMs: 5_000,
  endpoints: { geocoding: 'https://geocoding-api.open-meteo.com', forecast: 'https://api.open-meteo.com' },
  fallback: () => "The weather service can't be reached right now.",
  run: async ({ location }, { fetch }) => {
    const response = await fetch('geocoding', `/v1/search?name=${encodeURIComponent(location)}`);
    return response.text();
  },
});

/** Has an effect, and waits for a person. */
export const issueRefund = defineTool({
  name: 'issue_refund',
  description: 'Refunds an order in US dollars, after a person has approved it.',
  input: z.strictObject({ orderId: z.string(), amountUsd: z.string() }),
  sideEffects: true,
  requiresApproval: true,
  run: ({ orderId, amountUsd }, { idempotencyKey }) => ({ refundId: idempotencyKey, orderId, amountUsd }),
});
