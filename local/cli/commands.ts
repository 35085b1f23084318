import { type Command, DEV, INSISTS, PROGRAMS } from './programs.ts';

/** Every command, by what it is for. */
export const COMMANDS: Readonly<Record<string, Readonly<Record<string, Command>>>> = {
  'On this machine': {
    start: PROGRAMS.start,
    dev: {
      summary: 'starts the server, and again at each change',
      load: async () => (await import('./dev.ts')).dev,
    },
    ask: { summary: 'asks an agent', load: async () => (await import('./ask.ts')).ask },
    new: {
      summary: 'writes an agent or a tool with its test',
      load: async () => (await import('./new/new.ts')).newFile,
    },
    load: {
      summary: 'sends many calls, and says how long they took',
      load: async () => (await import('./load/load.ts')).load,
    },
    dynamodb: PROGRAMS.dynamodb,
  },
  'To look': {
    runs: {
      summary: 'lists runs, shows one and decides about it',
      load: async () => (await import('./runs.ts')).runs,
    },
    tail: { summary: 'shows a run while it goes on', load: async () => (await import('./tail.ts')).tail },
    find: {
      summary: 'shows all about a request: lines, run, attempts, money',
      load: async () => (await import('./find/find.ts')).findRequest,
    },
    logs: {
      summary: 'shows lines of the log, or counts them',
      load: async () => (await import('./logs/logs.ts')).findLines,
    },
    frames: {
      summary: 'says where in the source a deployed error broke',
      load: async () => (await import('./frames.ts')).frames,
    },
    usage: {
      summary: 'prints what was used and what it cost',
      load: async () => (await import('./usage.ts')).usage,
    },
    alarms: {
      summary: 'lists alarms, and sends one to try it',
      load: async () => (await import('./alarms.ts')).alarms,
    },
  },
  'To administer': {
    tenants: {
      summary: 'shows tenants, and changes their settings',
      load: async () => (await import('./tenants.ts')).tenants,
    },
    keys: {
      summary: 'shows, makes and revokes API keys',
      load: async () => (await import('./keys.ts')).keys,
    },
    circuits: {
      summary: 'shows circuits, isolates and closes them',
      load: async () => (await import('./circuits.ts')).circuits,
    },
    rests: {
      summary: "shows the provider's limits that are waited out",
      load: async () => (await import('./rests.ts')).rests,
    },
  },
  'A stage on AWS': {
    doctor: {
      summary: 'looks whether a deployment can go well',
      load: async () => (await import('./doctor.ts')).doctor,
      onAws: DEV,
    },
    package: PROGRAMS.package,
    deploy: PROGRAMS.deploy,
    rollback: PROGRAMS.rollback,
    versions: {
      summary: 'lists what was deployed, and goes back to it at once',
      load: async () => (await import('./versions.ts')).versions,
      onAws: INSISTS,
    },
    smoke: {
      summary: 'looks whether a stage does what it should',
      load: async () => (await import('./smoke/smoke.ts')).smoke,
    },
    bootstrap: PROGRAMS.bootstrap,
    secret: PROGRAMS.secret,
    reconcile: PROGRAMS.reconcile,
    export: PROGRAMS.export,
    'true-up': PROGRAMS['true-up'],
    'forget-tenant': PROGRAMS['forget-tenant'],
    alarm: PROGRAMS.alarm,
  },
};

/** The command of this name; `null`: there is none. */
export const commandNamed = (name: string): Command | null => {
  for (const group of Object.values(COMMANDS)) if (Object.hasOwn(group, name)) return group[name] ?? null;
  return null;
};

export const commandNames = (): string[] => Object.values(COMMANDS).flatMap((group) => Object.keys(group));
