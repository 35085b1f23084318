import { readdirSync } from 'node:fs';
import type { Agent } from 'ballast';
import { describe, expect, it } from 'vitest';
import { agents } from '../../agents/index.ts';
import { checkAgents } from '../../lib/agent/define/checks/check-agents.ts';
import { createPriceTable } from '../../lib/pricing/price-table.ts';
import { PUBLISHED_PRICES } from '../../lib/pricing/prices.ts';
import { priceAt } from '../../lib/pricing/pricing.ts';
import { createCatalog } from '../../lib/run/catalog.ts';

const isAgent = (value: unknown): value is Agent =>
  typeof value === 'object' && value !== null && (value as Partial<Agent>).tools instanceof Map;

describe('the agents of this deployment, whichever they are', () => {
  it('can be started: their names, their models’ prices and the schemas of their tools', () => {
    const table = createPriceTable(PUBLISHED_PRICES);
    expect(agents.length).toBeGreaterThan(0);
    checkAgents(agents);
    createCatalog(agents, (model) => priceAt(table, model, Date.UTC(2026, 10, 20)) !== null);
  });

  it('are named in agents/index.ts, all that are written beside it', async () => {
    const folder = new URL('../../agents/', import.meta.url);
    const files = readdirSync(folder).filter((name) => name.endsWith('.ts') && !/^index\.ts$|\.test\.ts$/.test(name));
    for (const file of files) {
      const exported = Object.values((await import(new URL(file, folder).href)) as object).filter(isAgent);
      expect(exported.filter((agent) => !agents.includes(agent)).map(({ name }) => `${file}: ${name}`)).toEqual([]);
    }
  });
});
