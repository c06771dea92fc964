/** The pages of console/ as JSON (build-console.mjs). */
export declare function buildConsole(): Promise<string>;
