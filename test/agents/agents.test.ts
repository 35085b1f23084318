import { describe, expect, it } from 'vitest';
import { agents } from '../../agents/index.ts';
import { checkTools } from '../../lib/agent/define/check-tools.ts';
import { createPriceTable } from '../../lib/pricing/price-table.ts';
import { PUBLISHED_PRICES } from '../../lib/pricing/prices.ts';
import { priceAt } from '../../lib/pricing/pricing.ts';
import { createCatalog } from '../../lib/run/catalog.ts';

describe('the agents of this deployment, whichever they are', () => {
  it('can be started: their names, their models’ prices and the schemas of their tools', () => {
    const table = createPriceTable(PUBLISHED_PRICES);
    expect(agents.length).toBeGreaterThan(0);
    checkTools(agents);
    createCatalog(agents, (model) => priceAt(table, model, Date.UTC(2026, 10, 20)) !== null);
  });
});
