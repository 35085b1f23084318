import { type FleetProcess, startProcess } from '../fleet/start-process.ts';
import type { CallerOptions, Order, Told } from './caller-protocol.ts';

export type Caller = FleetProcess<Order, Told>;

export const startCaller = (options: CallerOptions): Promise<Caller> =>
  startProcess(new URL('caller.ts', import.meta.url), JSON.stringify(options));
