/** Of whatever was thrown, which may be anything where code of others runs. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  try {
    return String(error);
  } catch {
    return 'what it threw has no text';
  }
}
