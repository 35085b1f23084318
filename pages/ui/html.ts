import htm from 'htm';
import { type ComponentChild, type ComponentChildren, h, type VNode } from 'preact';

/** Markup as a template; text in it is text, never HTML. */
export const html = htm.bind(h) as (strings: TemplateStringsArray, ...values: unknown[]) => VNode;

export type { ComponentChild, ComponentChildren };
