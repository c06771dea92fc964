/** An issue of zod's that carries our code. */
export function refused(code: string, detail: string) {
  return { code: 'custom', params: { code }, message: detail } as const;
}
