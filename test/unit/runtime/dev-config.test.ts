import { expect, test } from 'vitest';
import { readDevConfig } from '../../../dev/dev-config.ts';

test('npm start passes the model services of its environment on: addresses to all processes, keys to workers alone, and no key without its address', () => {
  const { apiEnv, workerEnv } = readDevConfig({
    GPU_SERVICE_URL: 'http://127.0.0.1:9191',
    GPU_SERVICE_API_KEY: 'k',
    FAL_URL: 'http://127.0.0.1:9192',
    FAL_KEY_FILE: '/run/secrets/fal',
    OPENAI_API_KEY: 'of another program',
    MODEL_SERVICE_URL: 'http://127.0.0.1:9193',
  });
  const urls = { GPU_SERVICE_URL: 'http://127.0.0.1:9191', FAL_URL: 'http://127.0.0.1:9192' };
  // The stack is where services tell of jobs at; one that was given no secret of ours is polled.
  expect(apiEnv).toEqual({ ...urls, GPU_SERVICE_WEBHOOK_SECRET: expect.stringMatching(/^whsec_.{32,}/) });
  expect(workerEnv).toEqual({ ...urls, GPU_SERVICE_API_KEY: 'k', FAL_KEY_FILE: '/run/secrets/fal' });
});
