import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** What the stub says of a name: addresses with a TTL, or a response code (2 SERVFAIL, 3 NXDOMAIN). */
export type DnsAnswer =
  | { readonly addresses: readonly string[]; readonly ttlSeconds?: number }
  | { readonly code: number }
  | 'silence';

export type DnsStub = {
  /** `127.0.0.1:PORT`. */
  readonly server: string;
  /** Names asked for, in their order. */
  readonly asked: string[];
  readonly close: () => Promise<void>;
};

/** A DNS server on loopback that knows A records only (RFC 1035). */
export async function startDnsStub(answer: (name: string) => DnsAnswer): Promise<DnsStub> {
  const socket: Socket = createSocket('udp4');
  const asked: string[] = [];
  socket.on('message', (query, { port, address }) => {
    const name = nameOf(query);
    asked.push(name);
    const given = answer(name);
    if (given !== 'silence') socket.send(reply(query, given), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    server: `127.0.0.1:${socket.address().port}`,
    asked,
    close: async () => {
      socket.close();
      await once(socket, 'close');
    },
  };
}

function nameOf(query: Buffer): string {
  const labels: string[] = [];
  for (let at = 12; query[at] !== 0 && at < query.length; at += (query[at] ?? 0) + 1) {
    labels.push(query.toString('latin1', at + 1, at + 1 + (query[at] ?? 0)));
  }
  return labels.join('.');
}

function reply(query: Buffer, given: Exclude<DnsAnswer, 'silence'>): Buffer {
  const addresses = 'code' in given ? [] : given.addresses;
  const code = 'code' in given ? given.code : 0;
  const questionEnd = query.indexOf(0, 12) + 5;
  const header = Buffer.alloc(12);
  header.writeUInt16BE(query.readUInt16BE(0), 0);
  header.writeUInt16BE(0x8180 | code, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(addresses.length, 6);
  const records = addresses.map((address) => {
    const record = Buffer.alloc(16);
    record.writeUInt16BE(0xc00c, 0);
    record.writeUInt16BE(1, 2);
    record.writeUInt16BE(1, 4);
    record.writeUInt32BE('code' in given ? 0 : (given.ttlSeconds ?? 60), 6);
    record.writeUInt16BE(4, 10);
    for (const [index, part] of address.split('.').entries()) record[12 + index] = Number(part);
    return record;
  });
  return Buffer.concat([header, query.subarray(12, questionEnd), ...records]);
}
