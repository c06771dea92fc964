/** The version of the command line, which is the dev server too, in go.mod beside this file; a test holds the two together. */
export const TEMPORAL_CLI_VERSION = '1.8.2';

/** The server that this command line contains, and docker-compose.yml runs; a test holds all three together. */
export const TEMPORAL_SERVER_VERSION = '1.31.2';
