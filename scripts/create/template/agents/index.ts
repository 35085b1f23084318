import type { Agent } from 'ballast';
import { support } from './support.ts';

/** Every agent that this project offers. To add one, write its file beside these and name it here. */
export const agents: readonly Agent[] = [support];
