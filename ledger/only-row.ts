/** The row of a function that always returns one. Throws RangeError, which names the function, when there is none. */
export function onlyRow<Row>(rows: readonly Row[], functionName: string): Row {
  const row = rows[0];
  if (row === undefined) throw new RangeError(`${functionName} returned no row`);
  return row;
}
