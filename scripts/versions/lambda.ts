import {
  GetAliasCommand,
  type GetAliasCommandOutput,
  type LambdaClient,
  paginateListFunctions,
  paginateListVersionsByFunction,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda';
import type { FunctionVersion, Move, StageFunction } from './deployments.ts';

/** The functions of a stage, as Lambda has them. */
export interface StageFunctions {
  /** Rejects with what AWS says. */
  read(stage: string): Promise<StageFunction[]>;
  /** Leads an alias to one version, with all of the traffic. */
  move(move: Move): Promise<void>;
}

/** Runs are started under the alias that Lambda's durable functions have; those under way stay on their version. */
const aliasOf = (name: string): string => (name.endsWith('-execute-run') ? 'durable' : 'live');

const namesOf = async (client: LambdaClient, stage: string): Promise<string[]> => {
  const names: string[] = [];
  for await (const page of paginateListFunctions({ client }, {}))
    for (const { FunctionName = '', Environment } of page.Functions ?? [])
      // By its name alone, a function of the stage prod-eu would be one of prod.
      if (FunctionName.startsWith(`ballast-${stage}-`) && Environment?.Variables?.['STAGE'] === stage)
        names.push(FunctionName);
  return names;
};

const versionsOf = async (client: LambdaClient, name: string): Promise<FunctionVersion[]> => {
  const versions: FunctionVersion[] = [];
  for await (const page of paginateListVersionsByFunction({ client }, { FunctionName: name }))
    for (const { Version = '', Environment, LastModified = '' } of page.Versions ?? [])
      if (/^\d+$/.test(Version)) {
        const version = Environment?.Variables?.['BALLAST_VERSION'] ?? 'unknown';
        versions.push({ number: Number(Version), version, publishedAt: LastModified });
      }
  return versions;
};

const liveOf = ({ FunctionVersion, RoutingConfig }: GetAliasCommandOutput): StageFunction['live'] => {
  const others = Object.entries(RoutingConfig?.AdditionalVersionWeights ?? {});
  const shared = others.reduce((sum, [, share]) => sum + share, 0);
  return [[FunctionVersion, 1 - shared] as const, ...others].map(([number, share]) => ({
    number: Number(number),
    share,
  }));
};

const liveAt = async (client: LambdaClient, name: string, alias: string): Promise<StageFunction['live'] | null> => {
  try {
    return liveOf(await client.send(new GetAliasCommand({ FunctionName: name, Name: alias })));
  } catch (error) {
    // Of another service, or of a deployment without aliases.
    if ((error as Error).name === 'ResourceNotFoundException') return null;
    throw error;
  }
};

/** The functions of a stage through a client of Lambda. */
export const createStageFunctions = (client: LambdaClient): StageFunctions => ({
  async read(stage) {
    const found = await Promise.all(
      (await namesOf(client, stage)).map(async (name) => {
        const alias = aliasOf(name);
        const [live, versions] = await Promise.all([liveAt(client, name, alias), versionsOf(client, name)]);
        return live === null ? [] : [{ name, alias, versions, live }];
      }),
    );
    return found.flat().toSorted((one, other) => (one.name < other.name ? -1 : 1));
  },
  async move({ name, alias, to }) {
    await client.send(
      new UpdateAliasCommand({
        FunctionName: name,
        Name: alias,
        FunctionVersion: String(to),
        RoutingConfig: { AdditionalVersionWeights: {} },
      }),
    );
  },
});
