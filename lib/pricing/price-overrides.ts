import * as z from 'zod/mini';
import type { ModelPrice, ModelPrices, PriceBand, PricePeriod } from './prices.ts';

const usdOf = (what: string) =>
  z
    .string(`a decimal string of ${what}`)
    .check(z.regex(/^\d{1,6}(\.\d{1,6})?$/, `${what}, at most 6 digits after the point`));
const usd = usdOf('US dollars per million tokens');
const tokens = z.int('a whole number of tokens').check(z.minimum(1, 'at least 1'));

const rises = (values: readonly number[]): boolean =>
  values.every((value, at) => at === 0 || value > (values[at - 1] ?? 0));

const Band = z.strictObject({ overPromptTokens: z.exactOptional(tokens), input: usd, output: usd, cacheRead: usd });

const Bands = z.array(Band).check(
  z.minLength(1, 'at least one band'),
  z.refine(
    (bands: PriceBand[]) =>
      bands[0]?.overPromptTokens === undefined && rises(bands.map((band) => band.overPromptTokens ?? 0)),
    'the first band has no overPromptTokens, the others rise',
  ),
);
const instant = z.iso.datetime('an instant in UTC, as 2026-10-07T00:00:00Z');

const Period = z.strictObject({
  from: z.exactOptional(instant),
  webSearchesPerThousand: z.exactOptional(usdOf('US dollars per thousand searches')),
  codeExecutionPerHour: z.exactOptional(usdOf('US dollars per hour')),
  bands: Bands,
  fast: z.exactOptional(Bands),
});

const Model = z.strictObject({
  contextWindow: z.exactOptional(tokens),
  maxOutputTokens: z.exactOptional(tokens),
  retiresAt: z.exactOptional(instant),
  periods: z.array(Period).check(
    z.minLength(1, 'at least one period'),
    z.refine(
      (periods: PricePeriod[]) => rises(periods.map(({ from }) => (from === undefined ? 0 : Date.parse(from)))),
      'only the first period may lack its date, and the dates rise',
    ),
  ),
});

const Overrides = z.record(z.string(), Model);

const refused = (problems: readonly string[]) => new Error(`MODEL_PRICES is not valid: ${problems.join('; ')}.`);

const parsed = (json: string): unknown => {
  try {
    return JSON.parse(json);
  } catch {
    throw refused(['it is not JSON']);
  }
};

/**
 * Reads a stage's own prices: `PUBLISHED_PRICES`, or some of it, as JSON. A model that `published` knows keeps its limits and its end;
 * any other must bring them, because a window guessed too small would let a call cost more than was reserved for it.
 * Throws one Error that names every wrong field at once, without its value.
 */
export const readPriceOverrides = (json: string, published: ModelPrices): ModelPrices => {
  const result = Overrides.safeParse(parsed(json));
  if (!result.success) throw refused(result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`));
  const known = new Map(Object.entries(published));
  const prices = new Map<string, ModelPrice>();
  const problems: string[] = [];
  for (const [model, { periods, ...limits }] of Object.entries(result.data)) {
    const retiresAt = limits.retiresAt ?? known.get(model)?.retiresAt;
    const contextWindow = limits.contextWindow ?? known.get(model)?.contextWindow;
    const maxOutputTokens = limits.maxOutputTokens ?? known.get(model)?.maxOutputTokens;
    if (contextWindow === undefined)
      problems.push(`${model}.contextWindow: needed for a model that is not in the table`);
    if (maxOutputTokens === undefined)
      problems.push(`${model}.maxOutputTokens: needed for a model that is not in the table`);
    if (contextWindow && maxOutputTokens) {
      prices.set(model, { contextWindow, maxOutputTokens, ...(retiresAt === undefined ? {} : { retiresAt }), periods });
    }
  }
  if (problems.length > 0) throw refused(problems);
  return Object.fromEntries(prices);
};
