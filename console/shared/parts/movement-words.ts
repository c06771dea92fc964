import type { Entry } from '../../../client/http/wire-types.ts';

const WORDS: Readonly<Record<Entry['kind'], string>> = {
  grant: 'Granted',
  reserve: 'Reserved',
  commit: 'Charged',
  release: 'Returned',
  spend: 'Spent',
  refund: 'Refunded',
  expire: 'Expired',
  void: 'Voided',
};

/** What an entry did with credits, in the words of a job's figures. */
export const movementText = ({ kind }: Pick<Entry, 'kind'>): string => WORDS[kind];
