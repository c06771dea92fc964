/** The pages of console/ as JSON (build-console.mjs). */
export declare function buildConsole(): Promise<string>;
/** The page of the sandbox, in the same shape. */
export declare function buildSandbox(): Promise<string>;
