import { type FleetProcess, startProcess } from '../fleet/start-process.ts';
import type { Command, Reply } from './claimer-protocol.ts';

export type Claimer = FleetProcess<Command, Reply>;

export const startClaimer = (endpoint: string, now: number, lockMs: number): Promise<Claimer> =>
  startProcess(new URL('claimer.ts', import.meta.url), endpoint, String(now), String(lockMs));
