const NO_LIMIT = 'per_second=100000 burst=1000000';

/** `RATE_LIMITS` of an API whose work is measured, not its limits: they are asked as always, and never reached. */
export const NO_RATE_LIMITS = ['key', 'platform_key', 'account', 'sums', 'address']
  .map((name) => `${name} ${NO_LIMIT}`)
  .join(', ');
