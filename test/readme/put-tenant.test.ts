import { expect, it } from 'vitest';
import { documents } from './markdown.ts';

const FENCED = /^```\w+\n[\s\S]*?^```$/gm;

/** A `PUT` of a tenant itself, whatever program sends it and however its address is written. */
const PUT_OF_TENANT = /\bPUT\b[^;|]{0,200}?\/admin\/tenants\/[\w${}.-]+(?![\w${}.-]|\/)/;
const PUT_OF_TENANT_AFTER = /\/admin\/tenants\/[\w${}.-]+(?![\w${}.-]|\/)[^;|]{0,80}?\bPUT\b/;

const SAID = /replaces all|only if there is none/;

const puts = (text: string): boolean => PUT_OF_TENANT.test(text) || PUT_OF_TENANT_AFTER.test(text);

/** Places where a reader copies one without a word, in the paragraph before, that it replaces what there is. */
const unsaid = (text: string): number[] => {
  const inBlocks = [...text.matchAll(FENCED)].flatMap(({ 0: block, index }) => {
    const before = text
      .slice(0, index)
      .trimEnd()
      .split(/\n\s*\n/)
      .filter((part) => !part.startsWith('<!--'));
    return puts(block) && !SAID.test(before.at(-1) ?? '') ? [index] : [];
  });
  const inLines = [
    ...text.replace(FENCED, (block) => block.replaceAll(/[^\n]/g, ' ')).matchAll(/^.*curl.*$/gm),
  ].flatMap(({ 0: line, index }) => (puts(line) && !SAID.test(line) ? [index] : []));
  return [...inBlocks, ...inLines].map((index) => text.slice(0, index).split('\n').length);
};

it('no document has a tenant put without a word that this replaces all its settings', () => {
  const found = documents().flatMap(({ path, text }) => unsaid(text).map((line) => `${path}:${line}`));
  expect(found).toEqual([]);
});

it('there are such places, and each is looked at', () => {
  const count = documents().filter(({ text }) => [...text.matchAll(FENCED)].some(([block]) => puts(block))).length;
  expect(count).toBeGreaterThanOrEqual(3);
  const block = (before: string, command: string) => unsaid(`${before}\n\n\`\`\`sh\n${command}\n\`\`\`\n`);
  const put = 'curl -s -X PUT http://localhost:3000/admin/tenants/acme -d 1';
  expect(block('Create it:', put)).toEqual([3]);
  expect(block('It replaces all settings:', put)).toEqual([]);
  expect(block('So:', 'curl "$API/admin/tenants/$T" \\\n  -X PUT')).toEqual([3]);
  expect(block('So:', 'curl -X PATCH http://localhost:3000/admin/tenants/acme')).toEqual([]);
  expect(block('So:', 'curl -X PUT http://localhost:3000/admin/circuits/x\ncurl http://localhost:3000/health')).toEqual(
    [],
  );
  expect(unsaid('| a | `curl -X PUT $URL/admin/tenants/acme` |')).toEqual([1]);
});
