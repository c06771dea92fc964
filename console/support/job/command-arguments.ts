/** What a person chooses of a command's arguments, as it stands in the fields. */
export type Arguments = {
  readonly until: string;
  readonly credits: string;
  readonly output: string;
  readonly outcome: 'ran' | 'did_not_run';
  readonly providerJob: string;
};
