import { type FleetProcess, startProcess } from '../fleet/start-process.ts';
import type { Order, Told } from './taker-orders.ts';

export type Taker = FleetProcess<Order, Told>;

export interface TakerSettings {
  readonly endpoint: string;
  readonly tenant: string;
  readonly startAt: number;
  readonly pace: 'running' | 'still';
  readonly seed: number;
}

export const startTaker = ({ endpoint, tenant, startAt, pace, seed }: TakerSettings): Promise<Taker> =>
  startProcess(new URL('taker.ts', import.meta.url), endpoint, tenant, String(startAt), pace, String(seed));
