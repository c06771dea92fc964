/** The message of a thrown value, which other people's code may choose freely. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  try {
    return String(error);
  } catch {
    return 'what it threw has no text';
  }
}
