/** Between sentences. Chinese and Japanese put no space there. */
export const SENTENCE_END = /(?<=[.!?…؟।])\s+|(?<=[。！？])\s*/u;
