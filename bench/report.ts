import { renderSection, type Section } from './section.ts';

/**
 * The report with these sections in the place of those of the same title, and behind all others where there is none. `note`
 * says of each when it was measured.
 */
export const withSections = (report: string, sections: readonly Section[], note: string): string => {
  const fresh = new Map(sections.map((each) => [`## ${each.title}`, `${renderSection(each)}\n\n${note}`]));
  const [head = '', ...parts] = report.trimEnd().split(/\n\n(?=## )/);
  const kept = parts.map((part) => {
    const [title = ''] = part.split('\n', 1);
    const measured = fresh.get(title) ?? part;
    fresh.delete(title);
    return measured;
  });
  return `${[head, ...kept, ...fresh.values()].join('\n\n')}\n`;
};
