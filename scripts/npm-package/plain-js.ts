import { stripTypeScriptTypes } from 'node:module';

/** Where a file imports a neighbour; the end of a type's `import('./x.ts')` is the same. */
const NEIGHBOUR = /((?:\bfrom|\bimport)\s*\(?\s*)(['"])(\.{1,2}\/[^'"\n]+)\.ts\2/g;

/** The text with its imports leading to JavaScript. */
export const leadingToJs = (text: string): string => text.replace(NEIGHBOUR, '$1$2$3.js$2');

/** What Node would run of TypeScript, as JavaScript: its lines stay where they are, so that places in stacks hold. */
export const plainJs = (text: string): string => leadingToJs(stripTypeScriptTypes(text)).replaceAll(/[ \t]+$/gm, '');
