import { expect, test } from 'vitest';
import { ProtocolError } from '../../../edge/http1/protocol-error.ts';
import { ResponseParser } from '../../../edge/http1/response-parser.ts';
import { cutsOf, type HostileAnswer, hostileAnswer } from './helpers/hostile-answer.ts';
import { Random } from './helpers/random.ts';

const CASES = 12_000;

/** Everything that can be seen of an answer after its bytes came in the given pieces. */
function readInPieces({ method, bytes }: HostileAnswer, cuts: readonly number[]): object {
  const parser = new ResponseParser(method);
  // Stale bytes after a piece must not matter: the engine uses its buffer again.
  const buffer = Buffer.alloc(bytes.length + 64, '\r\n\r\n0\r\n\r\n');
  let usedBytes = 0;
  let isRefused = false;
  try {
    for (const [index, cut] of [...cuts, bytes.length].entries()) {
      const piece = bytes.slice(index === 0 ? 0 : cuts[index - 1], cut);
      buffer.write(piece, 0, 'latin1');
      usedBytes += parser.feed(buffer, piece.length);
      if (parser.isComplete) break;
    }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    isRefused = true;
  }
  const { head, framing, bodyBytes, isComplete, hasBegun, keepsConnection } = parser;
  const seen = { status: head?.status, fields: [...(head?.fields.entries() ?? [])] };
  const progress = isRefused ? { isRefused } : { usedBytes, end: parser.endOfConnection() };
  return { ...seen, framing, bodyBytes, isComplete, hasBegun, keepsConnection, ...progress };
}

test('reads the same answer however its bytes were cut', () => {
  const random = new Random(20_261_122);
  const kinds = { complete: 0, refused: 0 };
  for (let index = 0; index < CASES; index += 1) {
    const answer = hostileAnswer(random);
    const whole = readInPieces(answer, []);
    if ('isRefused' in whole) kinds.refused += 1;
    else kinds.complete += 1;

    const cut = readInPieces(answer, cutsOf(answer.bytes.length, random));
    expect(cut, `case ${index}: ${answer.label}`).toEqual(whole);
  }
  expect(Math.min(kinds.complete, kinds.refused)).toBeGreaterThan(CASES / 4);
});

test('reads the same answer byte by byte', () => {
  const random = new Random(7);
  for (let index = 0; index < 500; index += 1) {
    const answer = hostileAnswer(random);
    const cuts = Array.from({ length: Math.max(0, answer.bytes.length - 1) }, (_, at) => at + 1);

    expect(readInPieces(answer, cuts), `case ${index}: ${answer.label}`).toEqual(
      readInPieces(answer, []),
    );
  }
});

test('never loses a byte of noise: it is refused or waited for', () => {
  const random = new Random(99);
  for (let index = 0; index < 2_000; index += 1) {
    const bytes = String.fromCharCode(...Array.from({ length: 200 }, () => random.below(256)));
    const answer = { method: 'GET', label: 'noise', bytes, cuts: [], ending: 'end' } as const;

    expect(readInPieces(answer, [])).toMatchObject({ isRefused: true, bodyBytes: 0 });
  }
});
