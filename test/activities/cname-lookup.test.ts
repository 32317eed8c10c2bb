import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createCnameLookup, type CnameLookup } from '../../activities/cname-lookup.ts';

/** Host → target of its CNAME record; SERVFAIL for `broken.example.com`; else there is no record. */
const RECORDS: Readonly<Record<string, string>> = {
  'www.example.com': 'Edge.Example.NET',
  'edge.example.net': 'd1.cloudfront.net',
  'loop.example.com': 'loop.example.com',
  'elsewhere.example.com': 'other.example.org',
};
const isCloudFront = (name: string) => name.endsWith('.cloudfront.net');

let asked: string[];
let lookup: CnameLookup;
const close: (() => void)[] = [];

beforeEach(async () => {
  asked = [];
  const socket = createSocket('udp4');
  socket.on('message', (query, { port, address }) => {
    const name = nameOf(query);
    asked.push(name);
    socket.send(replyTo(query, name), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  close.push(() => socket.close());
  lookup = createCnameLookup({ servers: [`127.0.0.1:${socket.address().port}`] });
});
afterEach(() => {
  for (const one of close.splice(0)) one();
});

function nameOf(query: Buffer): string {
  const labels: string[] = [];
  for (let at = 12; query[at] !== 0; at += (query[at] ?? 0) + 1) {
    labels.push(query.toString('latin1', at + 1, at + 1 + (query[at] ?? 0)));
  }
  return labels.join('.').toLowerCase();
}

/** RFC 1035: header, the question again, and one CNAME record where there is one. */
function replyTo(query: Buffer, name: string): Buffer {
  const target = RECORDS[name];
  const question = query.subarray(12, query.indexOf(0, 12) + 5);
  const header = Buffer.from(query.subarray(0, 12));
  header.writeUInt16BE(name === 'broken.example.com' ? 0x8182 : 0x8180, 2);
  header.writeUInt16BE(target === undefined ? 0 : 1, 6);
  header.writeUInt32BE(0, 8);
  if (target === undefined) return Buffer.concat([header, question]);
  const labels = target
    .split('.')
    .map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`));
  const data = Buffer.concat([...labels, Buffer.from([0])]);
  const record = Buffer.from([0xc0, 0x0c, 0, 5, 0, 1, 0, 0, 0, 60, 0, data.length]);
  return Buffer.concat([header, question, record, data]);
}

test('follows a chain to the first name that is wanted', async () => {
  const name = await lookup.find('www.example.com', isCloudFront);

  expect(name).toBe('d1.cloudfront.net');
  expect(asked).toEqual(['www.example.com', 'edge.example.net']);
});

test.each(['elsewhere.example.com', 'nothing.example.com'])(
  'finds nothing where the chain of %s ends elsewhere',
  async (host) => {
    expect(await lookup.find(host, isCloudFront)).toBeUndefined();
  },
);

test('gives up on a loop', async () => {
  expect(await lookup.find('loop.example.com', isCloudFront)).toBeUndefined();
  expect(asked).toHaveLength(8);
});

test.each([
  '127.0.0.1',
  '[::1]',
  'localhost',
  '*.example.com',
  'a b.example.com',
  `${'a'.repeat(260)}.com`,
])('asks no name server about %s', async (host) => {
  expect(await lookup.find(host, isCloudFront)).toBeUndefined();
  expect(asked).toEqual([]);
});

test('throws when the name server has no answer', async () => {
  await expect(lookup.find('broken.example.com', isCloudFront)).rejects.toThrow('ESERVFAIL');
});
