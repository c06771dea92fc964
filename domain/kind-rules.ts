/** What the rules need to know of a type of work that customers can ask for. Its fields' schemas are in contract/kind.ts. */
export type KindRules = {
  readonly name: string;
  /** The fields of its own, beside the common ones of a job body. */
  readonly fieldNames: readonly string[];
  /** What a field that is left out stands for: a price is computed with it, nothing is filled in. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** What its result may be. A model says which of them it makes. */
  readonly mediaTypes: readonly string[];
  /** An edit may take an output of this kind as its source. */
  readonly canBeEdited: boolean;
  /** A request may ask for several outputs of the same work. */
  readonly canBeVaried: boolean;
  /** The fields that a price rule may read. */
  readonly priceFields: readonly string[];
  /** The fields that support sees; every other one is the customer's own. */
  readonly supportFields: readonly string[];
  /** For how long a result is kept, from its delivery, in days; null: forever. */
  readonly retentionDays: number | null;
  /** The field that says what is to be made; an edit that brings a new one starts afresh. Null: an edit always builds on its source. */
  readonly subject: string | null;
};

/** Kinds of ours, which work for every kind of a catalogue. A catalogue has none of these names. */
export const EDIT_KIND = 'edit';
export const BATCH_KIND = 'batch';

export function kindOf<Kind extends KindRules>(kinds: readonly Kind[], name: string): Kind | undefined {
  return kinds.find((kind) => kind.name === name);
}
