import { expect, it } from 'vitest';
import { withSections } from '../../bench/report.ts';
import { renderSection, type Section } from '../../bench/section.ts';

const section = (title: string, figure: string): Section => ({
  title,
  columns: ['', 'ms'],
  rows: [['a', figure]],
  meaning: 'As measured.',
  breaches: [],
});

it('a section that is measured by itself takes the place of the one before, and a new one comes last', () => {
  const report = `# Performance\n\n- Date: then\n\n${['A', 'B'].map((each) => renderSection(section(each, '1'))).join('\n\n')}\n`;
  const once = withSections(report, [section('B', '2'), section('C', '3')], 'By itself.');
  const parts = once.split('\n\n## ');
  expect(parts.map((part) => part.split('\n', 1)[0])).toEqual(['# Performance', 'A', 'B', 'C']);
  expect(parts.map((part) => part.includes('By itself.'))).toEqual([false, false, true, true]);
  expect(parts[2]).toContain('| a | 2 |');
  expect(withSections(once, [section('C', '4')], 'Again.')).toBe(
    once.replace('| a | 3 |', '| a | 4 |').replace(/By itself\.\n$/, 'Again.\n'),
  );
});
