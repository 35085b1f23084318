/** Why there is nothing to compare; its message is for whoever ran the command. */
export class TrueUpRefused extends Error {}
