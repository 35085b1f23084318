/** Why no project is made: one sentence for whoever asked for it, with the way out. */
export class CreateRefused extends Error {}
