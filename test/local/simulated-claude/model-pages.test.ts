import Anthropic from '@anthropic-ai/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SimulatedClaude, startSimulatedClaude } from '../../../local/simulated-claude/start-simulated-claude.ts';
import { systemClock } from '../../upstream/system-clock.ts';
import { clientOf, rejection } from './ask.ts';

let claude: SimulatedClaude;
let client: Anthropic;
let ids: readonly string[];
beforeAll(async () => {
  claude = await startSimulatedClaude({ clock: systemClock });
  client = clientOf(claude.url);
  ids = (await client.models.list({ limit: 1000 })).data.map(({ id }) => id);
});
afterAll(() => claude.close());

/** A page as its ids and its ends. */
const paged = async (query: Anthropic.ModelListParams) => {
  const { data, has_more, first_id, last_id } = await client.models.list(query);
  return { ids: data.map(({ id }) => id), has_more, first_id, last_id };
};
const page = (from: number, to: number, has_more: boolean) => ({
  ids: ids.slice(from, to),
  has_more,
  first_id: ids[from] ?? null,
  last_id: ids[to - 1] ?? null,
});
const idAt = (at: number): string => ids.at(at) ?? '';

describe('a page of models', () => {
  it('begins behind a cursor, and says whether there are more', async () => {
    expect(await paged({ limit: 3 })).toEqual(page(0, 3, true));
    expect(await paged({ limit: 3, after_id: idAt(2) })).toEqual(page(3, 6, true));
    expect(await paged({ limit: 2, after_id: idAt(-3) })).toEqual(page(ids.length - 2, ids.length, false));
    expect(await paged({ after_id: idAt(-1) })).toEqual({ ids: [], has_more: false, first_id: null, last_id: null });
  });

  it('ends before a cursor, a dated id too', async () => {
    expect(await paged({ limit: 3, before_id: idAt(5) })).toEqual(page(2, 5, true));
    expect(await paged({ limit: 2, before_id: `${idAt(2)}-20260901` })).toEqual(page(0, 2, false));
  });

  it.each([{ limit: 0 }, { limit: 1001 }, { after_id: 'claude-none' }, { before_id: 'claude-none' }])(
    'is refused for %j',
    async (query) => {
      expect(await rejection(client.models.list(query))).toBeInstanceOf(Anthropic.BadRequestError);
    },
  );
});
