const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** `14:32:05`: with seconds, since acts are seconds apart. */
export const timeText = (at: string) => TIME.format(new Date(at));
