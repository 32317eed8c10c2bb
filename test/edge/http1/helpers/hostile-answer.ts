import type { Random } from './random.ts';

/** Bytes that a peer sends in answer to one request, and how it ends. */
export type HostileAnswer = {
  readonly method: 'GET' | 'HEAD';
  /** What kind of answer it is, to find a case again. */
  readonly label: string;
  /** latin1 */
  readonly bytes: string;
  /** Where the peer cuts them; ascending, each in 1..bytes - 1. */
  readonly cuts: readonly number[];
  /** What follows the last byte. */
  readonly ending: 'keep' | 'end' | 'reset';
};

type Answer = { label: string; lines: string[]; body: string; hasLength: boolean };

/** An answer that is valid about half the time, else broken in one or more of the known ways. */
export function hostileAnswer(random: Random): HostileAnswer {
  const answer = validAnswer(random);
  const faults = random.chance(0.5) ? 0 : 1 + random.below(2);
  for (let fault = 0; fault < faults; fault += 1) breakAnswer(answer, random);
  let bytes = `${interimAnswers(random)}${answer.lines.join('\r\n')}\r\n\r\n${answer.body}`;
  if (random.chance(0.15)) bytes = breakBytes(answer, bytes, random);
  const surplus = random.chance(0.05);
  if (surplus) bytes += random.pick(['x', '\r\n', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n']);
  return {
    method: random.chance(0.1) ? 'HEAD' : 'GET',
    label: surplus ? `${answer.label}, surplus` : answer.label,
    bytes,
    cuts: cutsOf(bytes.length, random),
    // Without an end a body without a length would never end.
    ending: answer.hasLength && random.chance(0.6) ? 'keep' : random.chance(0.85) ? 'end' : 'reset',
  };
}

/** Random cut positions, at most four, in a text of `length` bytes. */
export function cutsOf(length: number, random: Random): number[] {
  if (length < 2) return [];
  const count = random.pick([0, 0, 1, 1, 2, 4]);
  const cuts = Array.from({ length: count }, () => 1 + random.below(length - 1));
  return [...new Set(cuts)].sort((a, b) => a - b);
}

function validAnswer(random: Random): Answer {
  const status = random.pick(['200 OK', '200 OK', '206 Partial Content', '404 Not Found', '503 ']);
  const lines = [`HTTP/1.1 ${status}`, 'Server: CloudFront', 'X-Cache: Hit from cloudfront'];
  if (random.chance(0.1)) lines.push('Connection: close');
  const body = 'b'.repeat(random.pick([0, 1, 5, 300, 20_000]));
  const framing = random.pick(['length', 'length', 'chunked', 'chunked', 'close', 'empty']);
  const answer: Answer = { label: framing, lines, body, hasLength: framing !== 'close' };
  if (framing === 'length') lines.push(`Content-Length: ${body.length}`);
  if (framing === 'chunked') {
    lines.push('Transfer-Encoding: chunked');
    answer.body = chunked(body, random);
  }
  if (framing === 'empty') {
    lines[0] = `HTTP/1.1 ${random.pick(['204 No Content', '304 Not Modified'])}`;
    answer.body = '';
  }
  return answer;
}

function chunked(body: string, random: Random): string {
  let text = '';
  for (let at = 0; at < body.length;) {
    const size = Math.min(body.length - at, 1 + random.below(8_000));
    const extension = random.pick(['', '', '', ';name=value', ';name="a;b"', ';flag']);
    text += `${size.toString(16)}${extension}\r\n${body.slice(at, at + size)}\r\n`;
    at += size;
  }
  const trailer = random.pick(['', '', 'X-Checksum: 1\r\n', 'A: 1\r\nB: 2\r\n']);
  return `${text}0\r\n${trailer}\r\n`;
}

function interimAnswers(random: Random): string {
  const count = random.pick([0, 0, 0, 0, 0, 0, 0, 1, 2, 10, 11]);
  return 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n'.repeat(count);
}

/** Breaks the head: each entry is one way in which peers are known to be wrong or hostile. */
const HEAD_FAULTS = {
  'both framings': ['Transfer-Encoding: chunked', 'Content-Length: 5'],
  'two lengths': ['Content-Length: 5', 'Content-Length: 6'],
  'the same length twice': ['Content-Length: 5', 'Content-Length: 5'],
  'a list of lengths': ['Content-Length: 5, 5'],
  'a signed length': ['Content-Length: +5'],
  'a negative length': ['Content-Length: -1'],
  'a hexadecimal length': ['Content-Length: 0x5'],
  'a length past 64 bits': ['Content-Length: 99999999999999999999'],
  'an empty length': ['Content-Length: '],
  'an unknown coding': ['Transfer-Encoding: gzip'],
  'two codings': ['Transfer-Encoding: gzip, chunked'],
  'chunked twice': ['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'],
  'chunked not last': ['Transfer-Encoding: chunked, identity'],
  'a folded line': ['X-Folded: a', ' b'],
  'a blank before the colon': ['X-Blank : a'],
  'a blank in a name': ['X Blank: a'],
  'no colon': ['nonsense'],
  'an empty name': [': a'],
  'a NUL in a value': ['X-Nul: a\0b'],
  'a NUL in a name': ['X\0: a'],
  'a bell in a value': ['X-Bell: a\x07b'],
  'a bare CR': ['X-Bare: a\rb'],
  'a bare LF': ['X-Bare: a\nX-Other: b'],
  'a giant line': [`X-Giant: ${'g'.repeat(70_000)}`],
  'a flood of lines': Array.from({ length: 250 }, (_, index) => `X-${index}: 1`),
} as const;

const STATUS_LINES = [
  'HTTP/1.0 200 OK',
  'HTTP/2.0 200 OK',
  'HTTP/1.1  200 OK',
  'HTTP/1.1 20 OK',
  'HTTP/1.1 2000 OK',
  'HTTP/1.1 099 OK',
  'HTTP/1.1 abc OK',
  'HTTP/1.1 200',
  'http/1.1 200 OK',
  'HTTP 200 OK',
  'HTTP/1.1 101 Switching Protocols',
  'ICY 200 OK',
  ' HTTP/1.1 200 OK',
  '',
] as const;

function breakAnswer(answer: Answer, random: Random): void {
  const faults = Object.entries(HEAD_FAULTS);
  const fault = faults[random.below(faults.length + 8)];
  if (fault !== undefined) {
    const [label, lines] = fault;
    answer.label += `, ${label}`;
    answer.lines.splice(1 + random.below(answer.lines.length), 0, ...lines);
    answer.hasLength = false;
    return;
  }
  const line = random.pick(STATUS_LINES);
  answer.label += `, status line ${JSON.stringify(line)}`;
  answer.lines[0] = line;
  answer.hasLength = false;
}

/** What may stand where a chunk size stands. */
const CHUNK_SIZES = [
  'g',
  '-1',
  '+5',
  '0x5',
  '',
  ' 5',
  '5 ',
  '5;',
  '5;a=',
  '5; a=b',
  '5;a="b',
  'fffffffffffffffff',
  '10000000000000',
  '00000000000000000005',
  `5;${'e'.repeat(5_000)}`,
] as const;

function breakBytes(answer: Answer, bytes: string, random: Random): string {
  answer.hasLength = false;
  const at = random.below(bytes.length);
  const kind = random.pick(['chunk size', 'cut short', 'changed byte', 'lost byte', 'bare LF']);
  answer.label += `, ${kind}`;
  if (kind === 'chunk size') {
    return bytes.replace(/\r\n[0-9a-f]+(?:;[^\r]*)?\r\n/, `\r\n${random.pick(CHUNK_SIZES)}\r\n`);
  }
  if (kind === 'cut short') return bytes.slice(0, at);
  if (kind === 'lost byte') return bytes.slice(0, at) + bytes.slice(at + 1);
  if (kind === 'bare LF') return bytes.replace('\r\n', '\n');
  return bytes.slice(0, at) + String.fromCharCode(random.below(256)) + bytes.slice(at + 1);
}
