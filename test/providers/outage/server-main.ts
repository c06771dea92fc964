import { createServer } from 'node:http';
import { SERVER_ADDRESS } from './namespaces.ts';

/** A model service that accepts every request, and prints its reference on stdout. */
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('error', () => undefined);
  request.on('end', () => {
    const { reference } = JSON.parse(Buffer.concat(chunks).toString()) as { reference: string };
    process.stdout.write(`${reference}\n`);
    response.writeHead(201).end(JSON.stringify({ id: reference, status: 'starting' }));
  });
});
server.keepAliveTimeout = 120_000;
server.listen(80, SERVER_ADDRESS, () => process.stdout.write('ready\n'));
