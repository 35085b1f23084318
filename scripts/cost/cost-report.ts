import { type Kind, OF_REQUESTS } from './counted.ts';
import { type CostLine, idleMonth, totalOf } from './idle-month.ts';
import { AS_OF, SOURCE } from './prices.ts';
import type { StageParts } from './read-template.ts';
import { costOfRequests } from './requests.ts';

export interface CostOptions {
  readonly stage: string;
  readonly requests: number;
  /** How long a run or a call takes, nearly all of it waiting for the model. */
  readonly durationMs: number;
  /** How long a scheduled function is billed that finds nothing to do. */
  readonly idleMs: number;
}

export interface CostSection {
  readonly title: string;
  readonly totalDollars: number;
  readonly lines: readonly CostLine[];
}

/** What an idle month and so many pieces of each kind of work cost, beside the model. */
export const costReport = (parts: StageParts, { stage, requests, durationMs, idleMs }: CostOptions): CostSection[] => {
  const section = (title: string, lines: readonly CostLine[]) => ({ title, totalDollars: totalOf(lines), lines });
  const kinds = Object.keys(OF_REQUESTS) as Kind[];
  return [
    section(`An idle month of ${stage}`, idleMonth(parts, idleMs)),
    ...kinds.map((kind) =>
      section(
        `${requests.toLocaleString('en-US')} ${kind} of ${durationMs / 1_000} s`,
        costOfRequests(parts, kind, { requests, durationMs }),
      ),
    ),
  ];
};

const dollars = (amount: number): string => amount.toFixed(2);

/** As Markdown, which reads well in a terminal too. */
export const costText = (sections: readonly CostSection[]): string =>
  [
    ...sections.flatMap(({ title, totalDollars, lines }) => [
      `### ${title}: ${dollars(totalDollars)} US dollars`,
      '',
      '| what | US dollars | made of |',
      '| --- | ---: | --- |',
      ...lines.map((line) => `| ${line.what} | ${dollars(line.dollars)} | ${line.how} |`),
      '',
    ]),
    `Prices: ${SOURCE}, of ${AS_OF}; with no allowance but those of dashboards and schedules. The model is not in it.`,
    '',
  ].join('\n');

const BEGIN = '<!-- npm run cost -- --write -->';
const END = '<!-- end of the figures -->';

/** A page with the figures of stages between its two marks: the idle month of each, and of the last one the work too. */
export const withFigures = (page: string, reports: readonly (readonly CostSection[])[]): string => {
  const [before = '', rest = ''] = page.split(BEGIN);
  const [, after = ''] = rest.split(END);
  const sections = reports.flatMap((report, at) => (at === reports.length - 1 ? report : report.slice(0, 1)));
  return `${before}${BEGIN}\n\n${costText(sections)}\n${END}${after}`;
};
