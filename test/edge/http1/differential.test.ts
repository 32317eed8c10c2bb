import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import type { EdgeEngine } from '../../../edge/engine.ts';
import { createHttp1Engine } from '../../../edge/http1/http1-engine.ts';
import { createEdgeSecureContext } from '../../../edge/http1/secure-context.ts';
import { createUndiciEngine } from '../../../edge/undici-engine.ts';
import { edgeUrl } from '../../../edge/edge-url.ts';
import { createCertificates } from '../../../local/edge/certificates.ts';
import { engineRequest } from './helpers/engine-request.ts';
import { type HostileAnswer, hostileAnswer } from './helpers/hostile-answer.ts';
import { hostileServer } from './helpers/hostile-server.ts';
import { Random } from './helpers/random.ts';
import { expectedCode, type Seen, seeAnswer } from './helpers/see-answer.ts';

const CASES_A_SEED = 2_600;
const IN_FLIGHT = 48;
/** Some 3 s on two free cores. */
const SEED_TIMEOUT_MS = 60_000;

/**
 * Every way in which the product's engine refuses what undici takes: the rule, and an answer to
 * which the two differ by it. There is no entry for the other way round: it takes nothing that undici
 * refuses.
 */
const STRICTER = {
  'no space after the status, or a version or status that HTTP/1.x does not have: RFC 9112 §4': {
    message: /invalid status line|not an HTTP\/1\.x answer/,
    example: 'HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n',
  },
  'a transfer coding other than one "chunked": RFC 9112 §6.1': {
    message: /is not "chunked"/,
    example: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
  },
  'Transfer-Encoding in HTTP/1.0: RFC 9112 §6.1': {
    message: /Transfer-Encoding in HTTP\/1\.0/,
    example: 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  },
  'more than 200 header lines: a limit of the engine': {
    message: /more than 200 header lines/,
    example: `HTTP/1.1 200 OK\r\n${'A: b\r\n'.repeat(201)}Content-Length: 0\r\n\r\n`,
  },
  'a chunk size of more than 13 digits, or an unfinished extension: RFC 9112 §7.1': {
    message: /invalid chunk size/,
    example: chunkedAnswer('00000000000005'),
  },
  'a chunk-size line of more than 4 KiB: RFC 9112 §7.1.1': {
    message: /a line of the chunked body is longer/,
    example: chunkedAnswer(`5;${'a'.repeat(4_096)}=b`),
  },
} as const;

function chunkedAnswer(sizeLine: string): string {
  const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
  return `${head}${sizeLine}\r\nhello\r\n0\r\n\r\n`;
}

/** Why two engines that saw the same answer may differ; undefined when they may not. */
function compare(own: Seen, oracle: Seen, answer: HostileAnswer): string | undefined {
  const areComplete = own.code === 'complete' && oracle.code === 'complete';
  const isSameBody = own.bodyBytes === oracle.bodyBytes;
  const isSameLength = own.isLengthUnknown === oracle.isLengthUnknown;
  if (areComplete && own.status === oracle.status && isSameBody && isSameLength) return 'agree';
  if (answer.ending === 'reset') {
    // A reset overtakes the bytes before it; and libuv reports it as an end where both are polled
    // at once (uv__stream_io, POLLHUP), so that what is left of the answer is a matter of luck.
    const codes = [own.code, oracle.code];
    if (codes.some((code) => code === 'reset' || code === 'truncated')) return 'reset';
    if (own.isLengthUnknown && oracle.isLengthUnknown) return 'reset';
  }
  const areCut = own.code === 'truncated' && oracle.code === 'truncated';
  if (areCut) return isSameBody ? 'agree' : undefined;
  if (own.code !== 'complete' && oracle.code !== 'complete') return 'agree';
  if (own.code !== 'protocol') return undefined;
  return Object.entries(STRICTER).find(([, { message }]) => message.test(own.message))?.[0];
}

/** Runs `task` for each index below `count`, {@link IN_FLIGHT} at once. */
async function forEachIndex(count: number, task: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const workers = Array.from({ length: IN_FLIGHT }, async () => {
    while (next < count) {
      next += 1;
      await task(next - 1);
    }
  });
  await Promise.all(workers);
}

function hostileAnswers(seed: number, count: number): HostileAnswer[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => hostileAnswer(random));
}

function answerAt(answers: readonly HostileAnswer[], index: number): HostileAnswer {
  const answer = answers[index];
  if (answer === undefined) throw new Error(`no case ${index}`);
  return answer;
}

async function closeAll(engines: readonly EdgeEngine[], signal: AbortSignal): Promise<void> {
  await Promise.all(engines.map((engine) => engine.close()));
  const open = engines.map((engine) => engine.openConnections());
  expect({ open, listeners: getEventListeners(signal, 'abort').length }).toEqual({
    open: engines.map(() => 0),
    listeners: 0,
  });
}

test.each([1, 2, 3, 4])(
  'agrees with undici on hostile answers, or is stricter for a reason on the list (seed %i)',
  async (seed) => {
    const answers = hostileAnswers(seed, CASES_A_SEED);
    const server = await hostileServer((index) => answerAt(answers, index));
    const own = createHttp1Engine({ maximumConnections: IN_FLIGHT });
    const secureContext = createEdgeSecureContext();
    const oracle = createUndiciEngine({ secureContext, maxConnections: IN_FLIGHT });
    const { signal } = new AbortController();
    const unexplained: object[] = [];

    await forEachIndex(CASES_A_SEED, async (index) => {
      const answer = answerAt(answers, index);
      const url = edgeUrl(`http://edge.test/${index}`);
      const request = engineRequest(server.port, { url, method: answer.method, signal });
      const [ownSaw, oracleSaw] = await Promise.all([
        seeAnswer(own, request),
        seeAnswer(oracle, request),
      ]);
      const reason = compare(ownSaw, oracleSaw, answer);
      if (reason === undefined) unexplained.push({ index, label: answer.label, ownSaw, oracleSaw });
    });

    expect(unexplained).toEqual([]);
    await closeAll([own, oracle], signal);
  },
  SEED_TIMEOUT_MS,
);

test.each(Object.entries(STRICTER))('is stricter about %s', async (reason, { example }) => {
  const answer = { method: 'GET', label: reason, bytes: example, cuts: [], ending: 'end' } as const;
  const server = await hostileServer(() => answer);
  const own = createHttp1Engine();
  const secureContext = createEdgeSecureContext();
  const oracle = createUndiciEngine({ secureContext, maxConnections: 1 });
  const { signal } = new AbortController();
  const request = engineRequest(server.port, { url: edgeUrl('http://edge.test/0'), signal });

  const [ownSaw, oracleSaw] = [await seeAnswer(own, request), await seeAnswer(oracle, request)];

  expect(oracleSaw.code).toBe('complete');
  expect(compare(ownSaw, oracleSaw, answer)).toBe(reason);
  await closeAll([own, oracle], signal);
});

test('makes of an answer over TLS what the parser makes of its bytes', async () => {
  const answers = hostileAnswers(5, 600).map((answer): HostileAnswer => ({
    ...answer,
    ending: 'end',
  }));
  const { caPem, leaf } = await createCertificates(['edge.test']);
  const tls = { cert: leaf.certificatePem, key: leaf.privateKeyPem };
  const server = await hostileServer((index) => answerAt(answers, index), { tls });
  const secureContext = createEdgeSecureContext(caPem);
  const engine = createHttp1Engine({ secureContext, maximumConnections: IN_FLIGHT });
  const { signal } = new AbortController();
  const unexpected: object[] = [];

  await forEachIndex(answers.length, async (index) => {
    const answer = answerAt(answers, index);
    const url = edgeUrl(`https://edge.test/${index}`);
    const request = engineRequest(server.port, { url, method: answer.method, signal });
    const saw = await seeAnswer(engine, request);
    const expected = expectedCode(answer);
    if (saw.code !== expected) unexpected.push({ index, label: answer.label, saw, expected });
  });

  expect(unexpected).toEqual([]);
  await closeAll([engine], signal);
});
