/** A zod issue with our code. */
export function refused(code: string, detail: string) {
  return { code: 'custom', params: { code }, message: detail } as const;
}
