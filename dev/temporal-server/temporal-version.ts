/** The version in go.mod beside this file; a test holds the two together. */
export const TEMPORAL_CLI_VERSION = '1.8.2';
