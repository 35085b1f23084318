/** One metric as CloudWatch would take it out of a line: under one set of dimensions. */
export interface Published {
  readonly namespace: string;
  readonly name: string;
  readonly unit: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly values: readonly number[];
}

interface Line extends Readonly<Record<string, unknown>> {
  readonly _aws: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
    }[];
  };
}

const own = (line: Line, key: string): unknown => {
  const value = line[key];
  if (value === undefined) throw new Error(`The line declares ${key} and does not have it.`);
  return value;
};

/** Reads a line of CloudWatch's embedded metric format as CloudWatch does. Throws where it declares what it does not hold. */
export const published = (text: string): Published[] => {
  const line = JSON.parse(text) as Line;
  return line._aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((set) =>
      Metrics.map(({ Name, Unit }) => ({
        namespace: Namespace,
        name: Name,
        unit: Unit,
        dimensions: Object.fromEntries(set.map((key) => [key, own(line, key) as string])),
        values: [own(line, Name)].flat() as number[],
      })),
    ),
  );
};
