import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createContractFixture, NEVER, submitTimeoutFor } from './contract-fixture.ts';
import { unending, type Fault } from './fake-service.ts';
import { GENERIC } from './subjects.ts';

/**
 * Odd responses, byte by byte: of a broken gateway, another protocol, a hostile service. All adapters share one HTTP
 * client, so one adapter is tested for all.
 */

const ID = JSON.stringify({ id: 'pred_1', reference: 'att_a_0_render_1', status: 'processing' });
const CREATED = 'HTTP/1.1 201 Created\r\n';
const FOUND = 'HTTP/1.1 200 OK\r\n';
const lengthOf = (body: string | Buffer, off = 0) => `content-length: ${String(body.length + off)}\r\n`;

/** Responds with these bytes. */
function speaking(bytes: string | Buffer, then: 'end' | 'wait' = 'end'): Fault {
  if (then === 'wait') return unending(({ request: { socket } }) => void socket.write(bytes));
  return ({ request: { socket } }) => void socket.end(bytes);
}

/** Bytes at a time, without an end. */
const dripping = (begin: string, more: string): Fault =>
  unending(({ request: { socket } }) => {
    socket.write(begin);
    const timer = setInterval(() => socket.write(more), 20);
    socket.on('close', () => {
      clearInterval(timer);
    });
  });

const packed = (coding: string, body: Buffer) =>
  speaking(
    Buffer.concat([Buffer.from(`${CREATED}content-encoding: ${coding}\r\n${lengthOf(body)}\r\n`), body]),
  );
/** More than an answer may have, in 30 kB. */
const BOMB = gzipSync(Buffer.concat([Buffer.from(ID), Buffer.alloc(25 * 1024 * 1024, ' ')]));
const DEEP = `${'['.repeat(3_000_000)}${']'.repeat(3_000_000)}`;

describe('a post with an odd response', () => {
  const start = createContractFixture(GENERIC);
  it.each<[string, Fault]>([
    ['a 100 and then nothing', speaking('HTTP/1.1 100 Continue\r\n\r\n', 'wait')],
    ['a 100 and then the end', speaking('HTTP/1.1 100 Continue\r\n\r\n')],
    ['early hints and then the end', speaking('HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n')],
    ['early hints and then nothing', speaking('HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n', 'wait')],
    [
      'another protocol to switch to',
      speaking('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n'),
    ],
    ['the greeting of another service', speaking('SSH-2.0-OpenSSH_9.9\r\n')],
    ['a body without a head', speaking('<html>Bad Gateway</html>')],
    ['frames of HTTP/2', speaking(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]))],
    ['a status of five digits', speaking('HTTP/1.1 99999 Odd\r\ncontent-length: 0\r\n\r\n')],
    ['a status above 599', speaking('HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n')],
    ['a head of 70 kB', speaking(`${CREATED}x: ${'y'.repeat(70_000)}\r\n${lengthOf(ID)}\r\n${ID}`)],
    ['a head without an end', dripping(CREATED, 'x: y\r\n')],
    ['half a body that ends with its connection, which stays open', speaking(`${CREATED}\r\n{"id":`, 'wait')],
    ['a body that ends with its connection, and no end', dripping(`${CREATED}\r\n`, ' ')],
    [
      'a body in chunks without an end',
      dripping(`${CREATED}transfer-encoding: chunked\r\n\r\n`, '1\r\n \r\n'),
    ],
    ['two lengths', speaking(`${CREATED}content-length: 10\r\n${lengthOf(ID)}\r\n${ID}`)],
    ['a negative length', speaking(`${CREATED}content-length: -1\r\n\r\n${ID}`)],
    ['a length and chunks', speaking(`${CREATED}transfer-encoding: chunked\r\n${lengthOf(ID)}\r\n0\r\n\r\n`)],
    ['more bytes than its length', speaking(`${CREATED}${lengthOf(ID, -10)}\r\n${ID}`)],
    ['fewer bytes than its length', speaking(`${CREATED}${lengthOf(ID, 10)}\r\n${ID}`)],
    ['a chunk without a valid length', speaking(`${CREATED}transfer-encoding: chunked\r\n\r\nzz\r\n${ID}`)],
    ['lines without their CR', speaking(`HTTP/1.1 201 Created\n${lengthOf(ID)}\n\n${ID}`)],
    ['half of compressed JSON', packed('gzip', gzipSync(ID).subarray(0, -12))],
    ['JSON that is not compressed, though it says so', packed('gzip', Buffer.from(ID))],
    ['compressed JSON that unpacks to more than an answer may have', packed('gzip', BOMB)],
    ['JSON in a coding that we do not know', packed('zip', Buffer.from(ID))],
    ['a 204', speaking('HTTP/1.1 204 No Content\r\n\r\n')],
    ['a 304', speaking('HTTP/1.1 304 Not Modified\r\n\r\n')],
    ['a 206', speaking(`HTTP/1.1 206 Partial Content\r\n${lengthOf(ID)}\r\n${ID}`)],
    ['three million brackets', speaking(`${CREATED}\r\n${DEEP}`)],
    ['an id beside a field of three million brackets', speaking(`${CREATED}\r\n{"id":"pred_1","x":${DEEP}}`)],
    ['a null', speaking(`${CREATED}\r\nnull`)],
    ['a number', speaking(`${CREATED}\r\n1e999`)],
    ['a list of two', speaking(`${CREATED}\r\n[${ID},${ID}]`)],
  ])('is unknown and may arrive later: %s', async (_what, fault) => {
    const { fake, submit } = await start(submitTimeoutFor(fault));
    fake.setFaults({ submission: fault });
    expect(await submit()).toEqual({ outcome: 'unknown', mayArriveLater: true });
    expect(fake.wire.posts()).toBe(1);
  });
});

describe('a poll with an odd response', () => {
  const start = createContractFixture(GENERIC);
  const done = JSON.stringify({ id: 'pred_1', status: 'failed' });
  const failed = (more: string) => speaking(`${FOUND}\r\n${more}`);
  it.each<[string, Fault]>([
    ['a 100 before it', speaking(`HTTP/1.1 100 Continue\r\n\r\n${FOUND}${lengthOf(done)}\r\n${done}`)],
    ['a 304', speaking('HTTP/1.1 304 Not Modified\r\n\r\n')],
    ['a 206', speaking(`HTTP/1.1 206 Partial Content\r\n${lengthOf(done)}\r\n${done}`)],
    ['a 204', speaking('HTTP/1.1 204 No Content\r\n\r\n')],
    ['a body that is cut short', speaking(`${FOUND}${lengthOf(done, 10)}\r\n${done}`)],
    ['a field of three million brackets', failed(`{"id":"pred_1","status":"failed","x":${DEEP}}`)],
    ['two statuses, the last of them odd', failed('{"id":"pred_1","status":"failed","status":["failed"]}')],
    ['a number as status', failed('{"id":"pred_1","status":404}')],
    ['a status in capitals', failed('{"id":"pred_1","status":"FAILED"}')],
    ['a list', failed(`[${done}]`)],
    ['another job’s id', failed('{"id":"pred_10","status":"failed"}')],
    ['a number as id', failed('{"id":1,"status":"failed"}')],
    [
      'a permanent redirect',
      speaking('HTTP/1.1 301 Moved\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n'),
    ],
  ])('is unknown: %s', async (_what, fault) => {
    const { fake, provider } = await start();
    fake.setFaults({ other: fault });
    expect(await provider.poll('pred_1', NEVER)).toMatchObject({ state: 'unknown' });
  });

  it('returns at most 100 of 300,000 outputs', async () => {
    const { fake, provider } = await start();
    const output = `[${Array.from({ length: 300_000 }, () => '{"url":"https://a.example/1"}').join(',')}]`;
    fake.setFaults({ other: failed(`{"id":"pred_1","status":"succeeded","output":${output}}`) });
    const poll = await provider.poll('pred_1', NEVER);
    expect(poll.state === 'succeeded' && poll.files.length).toBe(100);
  });
});

describe('a correct response', () => {
  const start = createContractFixture(GENERIC);
  it.each<[string, Fault]>([
    ['without a length', speaking(`${CREATED}\r\n${ID}`)],
    ['after a 102', speaking(`HTTP/1.1 102 Processing\r\n\r\n${CREATED}${lengthOf(ID)}\r\n${ID}`, 'wait')],
    ['twice', speaking(`${CREATED}${lengthOf(ID)}\r\n${ID}`.repeat(2), 'wait')],
    [
      'in chunks of a byte',
      speaking(
        `${CREATED}transfer-encoding: chunked\r\n\r\n${[...ID].map((byte) => `1\r\n${byte}\r\n`).join('')}0\r\n\r\n`,
        'wait',
      ),
    ],
    ['with a byte order mark', speaking(`${CREATED}\r\n\ufeff${ID}`)],
    ['compressed without a request for it', packed('gzip', gzipSync(ID))],
    ['deflated', packed('Deflate', deflateSync(ID))],
    ['compressed as browsers like it', packed('br', brotliCompressSync(ID))],
    ['as it is, and says so', packed('identity', Buffer.from(ID))],
    ['with brackets in a text', speaking(`${CREATED}\r\n{"id":"pred_1","x":"${'[{\\"'.repeat(500)}"}`)],
  ])('is accepted however it is written: %s', async (_what, fault) => {
    const { fake, submit } = await start();
    fake.setFaults({ submission: fault });
    expect(await submit()).toEqual({ outcome: 'accepted', providerJobId: 'pred_1' });
  });
});

describe('the link of a result', () => {
  const start = createContractFixture(GENERIC);
  it.each([
    ['the bytes themselves', 'data:image/png;base64,aGVsbG8='],
    ['a file', 'file:///etc/passwd'],
    ['FTP', 'ftp://a.example/1.png'],
    ['a script', 'javascript:alert(1)'],
    ['no scheme', '//a.example/1.png'],
    ['a path', '/files/1'],
    ['nothing', ''],
    ['no host', 'https://'],
    ['a password', 'https://user:secret@a.example/1.png'],
    ['a zone of IPv6', 'https://[fe80::1%25eth0]/1.png'],
    ['this machine in IPv6', 'https://[::ffff:127.0.0.1]/1.png'],
    ['this machine', 'https://[::1]/1.png'],
    ['this machine as a number', 'https://2130706433/1.png'],
    ['this machine in parts', 'https://0x7f.1/1.png'],
    ['this machine as nothing', 'https://0/1.png'],
    ['this machine, shortened', 'https://127.1/1.png'],
    ['this machine in full width', 'https://1２7.0.0.1/1.png'],
    ['a metadata service', 'https://169.254.169.254/latest'],
    ['a carrier', 'https://100.64.0.1/1.png'],
    ['a port of another service', 'https://a.example:22/1.png'],
    ['the port of a database', 'https://a.example:5432/1.png'],
    ['no TLS', 'http://a.example/1.png'],
    ['a long name', `https://${'a'.repeat(70_000)}.example/`],
  ])('is refused without a connection: %s', async (_what, url) => {
    const { fake, provider } = await start();
    const file = { at: 'link', url, bytes: null, sha256: null } as const;
    expect((await provider.fetchResult(file, NEVER)).outcome).toMatch(/^(refused|unavailable)$/);
    expect(fake.wire.connections()).toBe(0);
  });

  it.each<[string, Fault, string]>([
    ['is a 206', speaking('HTTP/1.1 206 Partial Content\r\ncontent-length: 1\r\n\r\nx'), 'unavailable'],
    ['is a 204', speaking('HTTP/1.1 204 No Content\r\n\r\n'), 'unavailable'],
    ['is a 304', speaking('HTTP/1.1 304 Not Modified\r\n\r\n'), 'unavailable'],
    ['is another protocol', speaking('SSH-2.0-OpenSSH_9.9\r\n'), 'unavailable'],
    ['leads nowhere', speaking('HTTP/1.1 302 Found\r\ncontent-length: 0\r\n\r\n'), 'refused'],
    [
      'leads to two places',
      speaking('HTTP/1.1 302 Found\r\nlocation: /a\r\nlocation: /b\r\ncontent-length: 0\r\n\r\n'),
      'refused',
    ],
  ])('gives no file when its response %s', async (_what, fault, outcome) => {
    const { fake, provider } = await start();
    const { url } = fake.putFile(Buffer.alloc(0), 'image/png', fault);
    const file = { at: 'link', url, bytes: null, sha256: null } as const;
    expect((await provider.fetchResult(file, NEVER)).outcome).toBe(outcome);
  });
});
