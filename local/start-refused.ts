/** Why the local server does not start, as one sentence for its user that tells the way out; its stack tells nothing. */
export class StartRefused extends Error {
  override readonly name: string = 'StartRefused';
}

/** What stands in the way is no file of the project, but something else on the machine: a port, a directory, a program. */
export class MachineRefused extends StartRefused {}
