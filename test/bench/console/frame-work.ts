/** What the page's own thread did in a frame of 50 ms or more: an entry of the browser's `long-animation-frame`, in ms. */
export type Work = {
  readonly startTime: number;
  readonly duration: number;
  /** When the frame's callbacks began; 0: it rendered nothing. */
  readonly renderStart: number;
  readonly styleAndLayoutStart: number;
  readonly scripts: readonly {
    readonly invoker: string;
    readonly sourceFunctionName: string;
    readonly duration: number;
    /** Of it: layouts that the script itself caused by reading sizes. */
    readonly forcedStyleAndLayoutDuration: number;
  }[];
};

/**
 * `before it 12 ms, callbacks 30 ms, style, layout and paint 20 ms; scripts: …`. Without work of the page the frame waited for
 * the machine.
 */
export function workText(all: readonly Work[], fromMs: number, toMs: number): string {
  const texts = all
    .filter(({ startTime, duration }) => startTime < toMs && startTime + duration > fromMs)
    .map((work) => {
      const { startTime, duration, renderStart, styleAndLayoutStart, scripts } = work;
      const endMs = startTime + duration;
      const parts =
        renderStart === 0
          ? `${ms(duration)} without rendering`
          : `tasks ${ms(renderStart - startTime)}, callbacks ${ms(styleAndLayoutStart - renderStart)}, layout and paint ${ms(endMs - styleAndLayoutStart)}`;
      const named = scripts.map(
        ({ invoker, sourceFunctionName: name, duration: tookMs, forcedStyleAndLayoutDuration: forcedMs }) =>
          `${[invoker, name].filter(Boolean).join(' ')} ${ms(tookMs)}${forcedMs > 0 ? `, of it forced layout ${ms(forcedMs)}` : ''}`,
      );
      return [parts, ...named].join('; ');
    });
  return texts.length === 0 ? 'the page did not work on it' : texts.join(' + ');
}

const ms = (duration: number) => `${duration.toFixed(0)} ms`;
