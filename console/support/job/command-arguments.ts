/** The arguments of a command, as the form's fields hold them. */
export type Arguments = {
  readonly until: string;
  readonly credits: string;
  readonly output: string;
  readonly outcome: 'ran' | 'did_not_run';
  readonly providerJob: string;
};
