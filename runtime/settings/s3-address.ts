/** s3://bucket or s3://bucket/prefix; the prefix of letters, digits and `._-`, with slashes inside. */
export const S3_ADDRESS =
  /^s3:\/\/(?<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/*(?<prefix>(?:[\w.-]+(?:\/[\w.-]+)*)?)\/*$/;
