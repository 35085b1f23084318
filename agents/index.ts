import type { Agent } from 'ballast';
import { assistant } from './assistant.ts';
import { clerk } from './clerk.ts';
import { researcher } from './researcher.ts';

/** Every agent that this deployment offers. To add one, write its file beside these and name it here. */
export const agents: readonly Agent[] = [assistant, researcher, clerk];
