/**
 * A backend that is not Holdfast: plain JavaScript with packages of its own. Prints what each call came to, as JSON; a call that
 * throws prints `thrown`.
 */
import { Client, Connection } from '@temporalio/client';
import { createHoldfastClient } from 'holdfast-temporal-client';

const { address, deadAddress, taskQueue, accountId } = JSON.parse(process.argv[2]);
const request = { kind: 'static_ad', brief: { headline: 'A kettle' } };
const connection = await Connection.connect({ address });
const holdfast = createHoldfastClient({ client: new Client({ connection }), taskQueue });
const away = createHoldfastClient({
  client: new Client({ connection: Connection.lazy({ address: deadAddress }) }),
  taskQueue,
});
const elsewhere = createHoldfastClient({
  client: new Client({ connection, namespace: 'no-such-namespace' }),
  taskQueue,
});
const job = (idempotencyKey) => ({ accountId, idempotencyKey });

const calls = {
  delivered: async () => [
    await holdfast.start({ ...job('one'), request }),
    await holdfast.start({ ...job('one'), request }),
    await holdfast.wait(job('one')),
    await holdfast.wait(job('one'), { timeoutMs: Number.POSITIVE_INFINITY }),
  ],
  reused: async () => [
    await holdfast.start({ ...job('two'), request }),
    await holdfast.start({ ...job('two'), request: { ...request, brief: { headline: 'Another' } } }),
  ],
  failed: async () => [
    await holdfast.start({ ...job('three'), request: { ...request, test_scenario: 'fails_after_start' } }),
    await holdfast.wait(job('three')),
  ],
  canceled: async () => [
    await holdfast.start({ ...job('four'), request: { ...request, test_scenario: 'never_finishes' } }),
    await holdfast.wait(job('four'), { timeoutMs: 500 }),
    await holdfast.cancel(job('four')),
    await holdfast.wait(job('four')),
    await holdfast.cancel(job('four')),
  ],
  refused: async () => [
    await holdfast.start({ ...job('five'), request: { ...request, max_credits: 1 } }),
    await holdfast.wait(job('five')),
  ],
  unknown: async () => [await holdfast.wait(job('never')), await holdfast.cancel(job('never'))],
  nonsense: async () => {
    const circular = {};
    circular.brief = circular;
    return [
      await holdfast.start({ ...job('six'), request: circular }),
      await holdfast.start({ ...job('six'), request: undefined }),
      await holdfast.start({ ...job('six'), request: { ...request, variations: 1n } }),
      await holdfast.start({ accountId: undefined, idempotencyKey: undefined, request }),
      await holdfast.start({ ...job('six'), accountId: 'nobody', request }),
      await holdfast.start(),
      await holdfast.start(null),
      await holdfast.wait(null),
      await holdfast.cancel(),
      await holdfast.wait({ accountId: undefined, idempotencyKey: undefined }),
      await holdfast.cancel({ accountId: 7, idempotencyKey: null }),
    ];
  },
  away: async () => [
    await away.wait(job('one'), { timeoutMs: 300 }),
    await away.start({ ...job('seven'), request }),
    await away.cancel(job('one')),
  ],
  elsewhere: async () => [
    await elsewhere.start({ ...job('eight'), request }),
    await elsewhere.wait(job('one'), { timeoutMs: 2_000 }),
    await elsewhere.cancel(job('one')),
  ],
};

const results = {};
await Promise.all(
  Object.entries(calls).map(async ([name, call]) => {
    try {
      results[name] = (await call()).map((outcome) =>
        typeof outcome === 'string'
          ? outcome
          : { ...outcome, ...('error' in outcome ? { error: 'an error' } : {}) },
      );
    } catch (error) {
      results[name] = [{ thrown: String(error?.stack ?? error) }];
    }
  }),
);
console.log(JSON.stringify(results));
process.exit(0);
