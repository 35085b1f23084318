import type { Clock } from '../kernel/clock.ts';
import { label } from '../kernel/redacted.ts';
import type { PriceTable } from '../pricing/price-table.ts';
import { familyOf } from '../pricing/pricing.ts';
import type { Emit } from '../telemetry/events.ts';
import { dayOf } from '../usage/reports/dimensions.ts';
import type { Finding } from './check.ts';

/** So long before its end a model is named. */
const NOTICE_MS = 30 * 24 * 3_600_000;

/** A model whose end is near, or past. */
export interface RetiringModel {
  readonly model: string;
  /** Epoch milliseconds. */
  readonly retiresAt: number;
  /** Whether an agent asks for it, or falls back to it. */
  readonly isUsed: boolean;
}

/** Models that end within 30 days, and those that an agent uses though they have ended; by their dates. */
export const retiringModels = (prices: PriceTable, used: ReadonlySet<string>, now: number): RetiringModel[] => {
  // A dated id ends with its family, if it has no price of its own.
  const priced = new Set([...used].map((model) => (prices.has(model) ? model : familyOf(model))));
  return [...prices]
    .flatMap(([model, periods]): RetiringModel[] => {
      const retiresAt = periods.at(-1)?.retiresAt ?? null;
      return retiresAt === null ? [] : [{ model, retiresAt, isUsed: priced.has(model) }];
    })
    .filter(({ retiresAt, isUsed }) => retiresAt - now <= NOTICE_MS && (isUsed || retiresAt > now))
    .sort((a, b) => a.retiresAt - b.retiresAt);
};

const written = ({ model, retiresAt }: RetiringModel, now: number): string =>
  `${model} ${retiresAt <= now ? 'ended' : 'ends'} on ${dayOf(retiresAt)}`;

/** As a person reads it; empty where none is near its end. */
export const retirementNotice = (models: readonly RetiringModel[], now: number): string =>
  models.map((each) => written(each, now)).join(', ');

/** A service is degraded only where something that it offers is about to end. */
export const findingOfModels = (models: readonly RetiringModel[], now: number): Finding => {
  if (models.length === 0) return { status: 'healthy' };
  const status = models.some(({ isUsed }) => isUsed) ? 'degraded' : 'healthy';
  return { status, detail: retirementNotice(models, now) };
};

export interface WatchRetiringOptions {
  readonly prices: PriceTable;
  /** Models that the agents name. */
  readonly used: readonly string[];
  readonly clock: Pick<Clock, 'now'>;
  readonly emit: Emit;
}

/** Says at once which models of the agents are near their end; the function returned finds out about all, at any time. */
export const watchRetiring = ({ prices, used, clock, emit }: WatchRetiringOptions): ((now: number) => Finding) => {
  const names = new Set(used);
  for (const { model, retiresAt, isUsed } of retiringModels(prices, names, clock.now()))
    if (isUsed) emit({ type: 'model.retiring', model: label(model), on: label(dayOf(retiresAt)) });
  return (now) => findingOfModels(retiringModels(prices, names, now), now);
};
