import { type BodyFraming, frameBody, keepsConnection } from './body-framing.ts';
import { ChunkedBody } from './chunked-body.ts';
import { HeadCollector } from './head-collector.ts';
import { MAXIMUM_INTERIM_ANSWERS } from './limits.ts';
import { ProtocolError } from './protocol-error.ts';
import { parseResponseHead, type ResponseHead } from './response-head.ts';

/** What the end of a connection means for the answer read so far. */
export type EndOfConnection = 'complete' | 'truncated' | 'no-answer';

const NO_BODY: BodyFraming = { kind: 'none', statedBytes: undefined };

/**
 * A strict HTTP/1.1 response reader (RFC 9112) that counts a body and keeps nothing of it.
 *
 * Pure: bytes in, state out. After each {@link feed}, `head`, `bodyBytes` and `isComplete` say how
 * far the answer is. The result never depends on how the bytes were cut into pieces.
 */
export class ResponseParser {
  /** The final (not 1xx) head, once it is there. */
  head: ResponseHead | undefined;
  framing: BodyFraming = NO_BODY;
  /** Body bytes seen, chunk framing excluded. */
  bodyBytes = 0;
  isComplete = false;
  /** True once any byte of the answer came, interim answers included. */
  hasBegun = false;

  readonly #method: 'GET' | 'HEAD';
  readonly #collector = new HeadCollector();
  #interimAnswers = 0;
  #chunks: ChunkedBody | undefined;

  constructor(method: 'GET' | 'HEAD') {
    this.#method = method;
  }

  /**
   * Reads the first `length` bytes of `buffer` and returns how many of them belong to this answer;
   * fewer than `length` only when the answer is complete.
   *
   * @throws ProtocolError when the bytes are not a valid answer; the parser is of no use afterwards.
   */
  feed(buffer: Buffer, length: number): number {
    if (length > 0) this.hasBegun = true;
    let position = 0;
    while (this.head === undefined) {
      const taken = this.#collector.take(buffer, position, length);
      if (taken === undefined) return length;
      position = taken.next;
      this.#acceptHead(parseResponseHead(taken.text));
    }
    return this.isComplete ? position : this.#readBody(buffer, position, length);
  }

  /** Says what it means that the connection ended now. */
  endOfConnection(): EndOfConnection {
    if (this.head === undefined) return 'no-answer';
    return this.isComplete || this.framing.kind === 'close' ? 'complete' : 'truncated';
  }

  /** Whether the connection may serve another request, so far as the answer says (RFC 9112 §9.3). */
  get keepsConnection(): boolean {
    return this.isComplete && this.head !== undefined && keepsConnection(this.head);
  }

  #acceptHead(head: ResponseHead): void {
    if (head.status < 200) return this.#skipInterim(head);
    this.framing = frameBody(head, this.#method);
    this.head = head;
    const { kind, statedBytes } = this.framing;
    this.isComplete = kind === 'none' || (kind === 'sized' && statedBytes === 0);
    if (kind === 'chunked') this.#chunks = new ChunkedBody();
  }

  /** RFC 9110 §15.2: interim answers are skipped; 101 answers an Upgrade that is never sent. */
  #skipInterim(head: ResponseHead): void {
    this.#interimAnswers += 1;
    if (head.status === 101) {
      throw new ProtocolError('status 101 without an Upgrade in the request (RFC 9110 §15.2.2)');
    }
    if (this.#interimAnswers > MAXIMUM_INTERIM_ANSWERS) {
      throw new ProtocolError(`more than ${MAXIMUM_INTERIM_ANSWERS} interim (1xx) answers`);
    }
  }

  #readBody(buffer: Buffer, position: number, length: number): number {
    const chunks = this.#chunks;
    if (chunks === undefined) return position + this.#countBody(length - position);
    try {
      return chunks.read(buffer, position, length);
    } finally {
      this.bodyBytes = chunks.bodyBytes;
      this.isComplete = chunks.isComplete;
    }
  }

  #countBody(availableBytes: number): number {
    const statedBytes = this.framing.statedBytes ?? Number.POSITIVE_INFINITY;
    const bytes = Math.min(availableBytes, statedBytes - this.bodyBytes);
    this.bodyBytes += bytes;
    this.isComplete = this.bodyBytes === statedBytes;
    return bytes;
  }
}
