import { BlockList } from 'node:net';

/**
 * Ranges that no POP answers from: what DNS says of a POP must not lead a fetch into the worker's
 * own network. Source: IANA IPv4 Special-Purpose Address Registry (RFC 6890 and later).
 */
const SPECIAL_RANGES: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

const special = new BlockList();
for (const [network, prefix] of SPECIAL_RANGES) special.addSubnet(network, prefix, 'ipv4');

/** Whether an IPv4 address is one of the public Internet. */
export function isPublicAddress(address: string): boolean {
  return !special.check(address, 'ipv4');
}
