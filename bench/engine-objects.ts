/** The distribution that every client asks for. */
export const HOST = 'd111111abcdef8.cloudfront.net';

/** POP ids and their loopback addresses. */
export const POPS = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => ({
  pop: `NRT5${number}-P3`,
  address: `127.0.1.${number}`,
}));

/** Ports of every POP; behind the last one each connection serves one request. */
export const PORTS = { https: 19_443, http: 19_080, httpsOneRequest: 19_444 } as const;

/** Object sizes by the first label of a path. */
export const OBJECT_BYTES = {
  '1k': 1_024,
  '100k': 102_400,
  '10m': 10_000_000,
  '100m': 104_857_600,
  '2g': 2_147_483_648,
} as const;
