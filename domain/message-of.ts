/** The message of a thrown value, which other people's code may choose freely. */
export function messageOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return 'what it threw has no text';
  }
}
