/** Whether two responses of the API are the same: it writes the fields of a shape in one order. */
export const isSameData = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other);
