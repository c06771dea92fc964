/** The row of a function that always returns one. Throws RangeError with the function's name when it returned none. */
export function onlyRow<Row>(rows: readonly Row[], functionName: string): Row {
  const row = rows[0];
  if (row === undefined) throw new RangeError(`${functionName} returned no row`);
  return row;
}
