import type { Verb } from './verb.ts';

/** Every verb, loaded when it is called. */
export const VERBS = {
  dev: async () => (await import('./dev.ts')).dev,
  ask: async () => (await import('./ask.ts')).ask,
  new: async () => (await import('./new/new.ts')).newFile,
} satisfies Record<string, () => Promise<Verb>>;

export const isVerb = (name: string): name is keyof typeof VERBS => Object.hasOwn(VERBS, name);
