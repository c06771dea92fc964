import { describe, expect, it } from 'vitest';
import { createContractFixture, mayPost, NEVER, submissionOf } from './contract-fixture.ts';
import { answering } from './fake-service.ts';
import { describeProviderContract } from './provider-contract.ts';
import { FAL } from './subjects.ts';

describe('the fal adapter', () => {
  describeProviderContract(FAL);
});

describe('a request in fal’s queue', () => {
  const start = createContractFixture(FAL);

  it('forbids fal to run it again by itself, to store its content, and to keep its files for more than an hour', async () => {
    const { fake, accept } = await start();
    await accept();
    const [{ path, headers } = { path: '', headers: {} }] = fake.requests;
    expect(path).toBe('/fal-ai/flux/schnell');
    expect(headers).toMatchObject({
      'x-fal-no-retry': '1',
      'x-fal-store-io': '0',
      'x-fal-object-lifecycle-preference': '{"expiration_duration_seconds":3600}',
    });
  });

  it.each([200, 201, 202])('was taken by any 2xx that names it: %i', async (status) => {
    const { fake, submit } = await start();
    const response = `${fake.url}/fal-ai/flux/requests/764c`;
    const body = {
      ...{ request_id: '764c', response_url: response },
      ...{ status_url: `${response}/status`, cancel_url: `${response}/cancel` },
    };
    fake.setFaults({ submission: answering({ status, body }) });
    expect(await submit()).toMatchObject({ outcome: 'accepted' });
  });

  it.each([
    [
      'a prompt that is echoed before it, and begins as a link does',
      'https://a.test/echo.png is how it looks',
    ],
    ['lists and objects around it', null],
  ])('has its file as the first of its result, whatever the output has: %s', async (_what, prompt) => {
    const { fake, provider, accept } = await start();
    const id = await accept();
    fake.jobs.all()[0]!.state = 'succeeded';
    const url = `${fake.url}/files/0`;
    const output =
      prompt === null
        ? { result: { data: { images: [[{ url, content_type: 'image/png', file_size: null }]] } } }
        : { prompt, image_url: 'https://a.test/input.png', images: [{ url, width: 64 }] };
    fake.setFaults({
      other: ({ request, response, take }) =>
        response.writeHead(200).end(JSON.stringify(request.url?.endsWith('/status') ? take().body : output)),
    });
    const poll = await provider.poll(id, NEVER);
    expect(poll.state === 'succeeded' && poll.files[0]).toMatchObject({ at: 'link', url });
  });

  it('is polled and canceled at the addresses in its response', async () => {
    const { fake, provider, submit } = await start();
    const [response, status, cancel] = ['r', 's', 'c'].map((name) => `${fake.url}/v2/${name}/764c`);
    const body = { request_id: '764c', response_url: response, status_url: status, cancel_url: cancel };
    fake.setFaults({ submission: answering({ status: 200, body }) });
    const accepted = await submit();
    if (accepted.outcome !== 'accepted') throw new Error(accepted.outcome);
    await provider.poll(accepted.providerJobId, NEVER);
    await provider.cancel(accepted.providerJobId, NEVER);
    expect(fake.requests.slice(1).map(({ method, path }) => [method, path])).toEqual([
      ['GET', '/v2/s/764c'],
      ['PUT', '/v2/c/764c'],
    ]);
  });

  it.each([
    ['a path that could be read as another host', '//127.0.0.1:1/requests/764c'],
    ['a path that is too long to store', `/${'x'.repeat(3_000)}/764c`],
    ['a path with a control character', '/fal-ai/flux/requests/\u0000'],
  ])('whose response names %s sends the key to the queue and nowhere else', async (_what, path) => {
    const { fake, provider, submit } = await start();
    const response = `${fake.url}${path}`;
    const body = {
      ...{ request_id: '764c', response_url: response },
      ...{ status_url: `${response}/status`, cancel_url: `${response}/cancel` },
    };
    fake.setFaults({ submission: answering({ status: 200, body }) });
    const submitted = await submit();
    if (submitted.outcome === 'accepted') {
      expect(submitted.providerJobId.length).toBeLessThanOrEqual(500);
      await provider.poll(submitted.providerJobId, NEVER);
      expect(fake.requests, 'the poll came here').toHaveLength(2);
    } else expect(submitted).toEqual({ outcome: 'unknown', mayArriveLater: true });
  });

  it('for a model whose name begins with a slash goes to the queue', async () => {
    const { fake, provider } = await start();
    const submission = { ...submissionOf(FAL, 'att_a_0_render_1'), model: '/127.0.0.1:1/flux' };
    await provider.submit(submission, mayPost, NEVER);
    expect(fake.requests).toHaveLength(1);
  });

  it.each([
    ['1.5', '1.5'],
    ['many', null],
    [undefined, null],
  ])('has the billed units of the header x-fal-billable-units: %s', async (header, units) => {
    const { fake, provider, accept } = await start();
    const id = await accept();
    const [job] = fake.jobs.all();
    job!.state = 'succeeded';
    job!.files = [fake.putFile(Buffer.from('png'), 'image/png')];
    fake.setFaults({
      other: ({ response, take }) => {
        const said = header === undefined ? {} : { 'x-fal-billable-units': header };
        const { status, body } = take();
        response.writeHead(status, said).end(JSON.stringify(body));
      },
    });
    expect(await provider.poll(id, NEVER)).toMatchObject({ state: 'succeeded', billed: 'yes', units });
  });

  it('whose output was replaced by a black picture has failed as moderated', async () => {
    const { fake, provider, accept } = await start();
    const id = await accept();
    const [job] = fake.jobs.all();
    job!.state = 'succeeded';
    const images = [{ url: `${fake.url}/black.png` }];
    fake.setFaults({
      other: ({ request, response, take }) => {
        const body = request.url?.endsWith('/status') ? take().body : { images, has_nsfw_concepts: [true] };
        response.writeHead(200).end(JSON.stringify(body));
      },
    });
    expect(await provider.poll(id, NEVER)).toMatchObject({ state: 'failed', errorClass: 'moderated_output' });
  });
});
