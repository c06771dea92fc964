/** `1,250`: a number whose word stands elsewhere in the sentence. */
export function figure(count: number): string {
  return count.toLocaleString('en-US');
}

/** `1 credit`, `1,250 credits`, `2 tries`: a number with the word for what is counted, in the form that goes with it. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${figure(count)} ${count === 1 ? one : many}`;
}

/** `1 voice over`, `28 statics`: the same for a planning figure, which a price list names in the plural (`voice_overs`). */
export function countedFigure(count: number, plural: string): string {
  const words = plural.replaceAll('_', ' ');
  return counted(count, words.replace(/s$/, ''), words);
}
