import { afterEach, expect, test, vi } from 'vitest';
import { listenCommand } from '../../../cli/commands/listen-command.ts';
import { json, scriptedApi, stream } from '../http-client/scripted-api.ts';

afterEach(() => vi.restoreAllMocks());

const EVENT = {
  id: 'evt_1',
  sequence: 7,
  type: 'credits.low',
  created_at: '2026-01-31T12:00:00.000Z',
  data: {},
};
const FRAME = `retry: 1000\nid: 6\n\nid: 7\nevent: credits.low\ndata: ${JSON.stringify(EVENT)}\n\n`;

/** What the command prints, and its stderr as it was when the API had not yet opened the stream. */
async function listen(options: { readonly json: boolean }) {
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      printed[name] += String(text);
      return true;
    });
  }
  let before = '';
  const api = await scriptedApi((response, request) => {
    if (request.path === '/hook') {
      json({})(response, request);
      return;
    }
    before = printed.stderr;
    stream(FRAME, 'ends')(response, request);
  });
  const forwardTo = `${api.url}/hook`;
  try {
    await listenCommand(
      {
        ...{ program: 'holdfast', actor: 'Ada', now: Date.now, whenApiIsAway: 'It is away.' },
        api: () => Promise.resolve({ url: api.url, key: 'hf_live_x' }),
        databaseUrl: () => Promise.reject(new Error('no database is asked')),
        falBilling: () => ({ url: api.url, key: 'fal' }),
      },
      { forwardTo, account: 'acct_1', count: 1, ...options },
    );
  } finally {
    await api.close();
  }
  return { ...printed, before, forwardTo };
}

test('the listen command says that events are sent once it is told of them, and not before', async () => {
  const { before, stderr, stdout } = await listen({ json: false });
  expect(before).toBe('');
  expect(stderr).toMatch(/account: acct_1\nsecret: {2}whsec_\S+\nEvents go to http/);
  expect(stdout).toBe('7  credits.low  200\n');
});

test('the listen command with --json prints its secret and each event as a line of JSON', async () => {
  const { stdout, stderr, forwardTo } = await listen({ json: true });
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  const secret = /whsec_\S+/.exec(stderr)?.[0];
  expect(lines).toEqual([
    { account: 'acct_1', secret, forward_to: forwardTo },
    { id: 'evt_1', sequence: 7, type: 'credits.low', result: '200' },
  ]);
});
