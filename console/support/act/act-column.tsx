import { Button } from '../../shared/parts/button.tsx';
import type { Column } from '../../shared/parts/table.tsx';

/** A table's column with a button that opens an action on the row; no button where the action is not offered. */
export function actColumn<Row>(
  text: string,
  options: {
    readonly open: (row: Row) => void;
    /** Names the button with its row, for a screen reader. */
    readonly labelOf: (row: Row) => string;
    readonly isOffered?: (row: Row) => boolean;
  },
): Column<Row> {
  const { open, labelOf, isOffered = () => true } = options;
  return {
    name: 'Action',
    cell: (row) =>
      isOffered(row) && (
        <Button isSmall look="quiet" label={labelOf(row)} onClick={() => open(row)}>
          {text}
        </Button>
      ),
  };
}
