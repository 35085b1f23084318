import { Misused, Refused, type Shell } from './verb.ts';

const OUTPUT = "Stacks[0].Outputs[?OutputKey=='ServiceEndpoint'].OutputValue | [0]";

/** The address of a stage, as its stack says it to the AWS command line. Rejects with `Refused` where AWS does not tell. */
export const stageUrl = async (
  stage: string,
  region: string | undefined,
  { command }: Pick<Shell, 'command'>,
): Promise<string> => {
  if (!/^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(stage)) throw new Misused('--stage is 1 to 64 letters, digits and -.');
  const where = region === undefined ? [] : ['--region', region];
  const words = ['cloudformation', 'describe-stacks', '--stack-name', `ballast-${stage}`, '--query', OUTPUT, ...where];
  const { code, stdout, stderr } = await command('aws', [...words, '--output', 'text']);
  if (code === null) throw new Refused('--stage needs the AWS command line (aws): give the address by --url instead.');
  const url = stdout.trim();
  if (code !== 0 || !URL.canParse(url))
    throw new Refused(`AWS does not tell where ballast-${stage} is: ${stderr.trim() || 'it has no address'}.`);
  return url;
};
