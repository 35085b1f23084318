import { regionIn } from './console-link.ts';
import { stageIn } from './runbook.ts';

/** An alarm that was tried out on one's own machine is of no stage. */
const LOCAL = 'local';

/** A text of the runbook with the stage of an alarm in the place of `<stage>`. */
export const withStage = (text: string, alarm: string): string =>
  text.replaceAll('<stage>', () => stageIn(alarm) ?? '<stage>');

/** A command of the runbook as it is typed: for a stage and its region (`null`: not known), or for one's own machine. */
export const commandOf = (look: string, stage: string, region: string | null): string => {
  if (stage === LOCAL) return look.replace(' --stage <stage>', '');
  return `${look.replaceAll('<stage>', () => stage)}${region === null ? '' : ` --region ${region}`}`;
};

/** The same for the stage and the region of an alarm. */
export const commandFor = (look: string, alarm: string, arn: string | null): string =>
  commandOf(look, stageIn(alarm) ?? '<stage>', arn === null ? null : regionIn(arn));
