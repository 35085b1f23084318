/** The UTC hour of an instant as `2026-11-20T13`: the unit in which usage records are partitioned and read. */
export const hourOf = (epochMs: number): string => new Date(epochMs).toISOString().slice(0, 13);
