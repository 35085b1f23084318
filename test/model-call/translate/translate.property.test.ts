import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ModelRequest } from '../../../lib/model-call/provider.ts';
import { translate } from '../../../lib/model-call/translate/translate.ts';
import { wrongMessages } from '../../../local/simulated-claude/check-messages.ts';
import { refusedByModel } from '../../../local/simulated-claude/check-model.ts';
import { findModel, modelPage, type SimulatedModel } from '../../../local/simulated-claude/models.ts';
import type { MessagesRequest } from '../../../local/simulated-claude/request.ts';
import { anyRequest } from '../requests.ts';

const VERSIONS = ['2023-06-01', '2026-10-21'];
// Among them models that have no row in the capability table.
const MODELS = modelPage().data.flatMap(({ id }) => findModel(id) ?? []);

const refusal = (request: object, model: SimulatedModel, version: string): string | null => {
  const body = request as MessagesRequest;
  return wrongMessages(body) ?? refusedByModel(body, model, version);
};
const put = (request: object, model: SimulatedModel, apiVersion?: string) => {
  const sizes = { contextWindow: model.maxInputTokens, maxOutputTokens: model.maxOutputTokens };
  return translate(request as ModelRequest, { model: model.id, ...sizes, ...(apiVersion ? { apiVersion } : {}) });
};
const isTakenBySome = (request: object) => MODELS.some((model) => refusal(request, model, '2023-06-01') === null);
const RUNS = { seed: 5, numRuns: 1_000 };

it('whatever one model takes, every other takes translated, in the version of the API it goes out with', () => {
  let taken = 0;
  let skipped = 0;
  fc.assert(
    fc.property(anyRequest.filter(isTakenBySome), fc.constantFrom(...MODELS), (request, model) => {
      for (const version of VERSIONS) {
        const translated = put(request, model, version);
        if (translated === null) skipped += 1;
        else {
          taken += 1;
          expect(refusal(translated, model, version)).toBeNull();
        }
      }
      const untold = put(request, model);
      if (untold !== null) expect(refusal(untold, model, '2026-10-21')).toBeNull();
    }),
    RUNS,
  );
  // Skipping all would be no translation.
  expect(taken).toBeGreaterThan(4 * skipped);
  expect(skipped).toBeGreaterThan(50);
});

it('much of what is translated would have been refused as it was', () => {
  const requests = fc.sample(anyRequest.filter(isTakenBySome), { seed: 5, numRuns: 300 });
  const pairs = requests.flatMap((request) => MODELS.map((model) => ({ request, model })));
  const needed = pairs.filter(({ request, model }) => refusal(request, model, '2023-06-01') !== null);
  expect(needed.length / pairs.length).toBeGreaterThan(0.3);
});

const frozen = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
};

it('a request is not touched, and what is said in it is said in the same bytes', () => {
  fc.assert(
    fc.property(anyRequest, fc.constantFrom(...MODELS), (request, model) => {
      const before = JSON.stringify(request);
      const translated = put(frozen(request), model);
      expect(JSON.stringify(request)).toBe(before);
      if (translated === null) return;
      const said = JSON.stringify((request as ModelRequest).messages)
        .replaceAll(/\{"type":"(redacted_)?thinking"[^}]*\},?/g, '')
        .replaceAll(',]', ']')
        .replaceAll(/\{"role":"assistant","content":\[\]\},?/g, '');
      expect(JSON.stringify(translated.messages)).toBe(said);
    }),
    RUNS,
  );
});
