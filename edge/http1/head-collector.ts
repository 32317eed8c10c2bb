import { MAXIMUM_HEAD_BYTES } from './limits.ts';
import { ProtocolError, quoteBytes } from './protocol-error.ts';

const CR = 0x0d;
const HEAD_END = '\r\n\r\n';
const PROTOCOL_NAME = 'HTTP/1.';

/** A head without its empty line, decoded as latin1, and the position after it in the buffer. */
export type TakenHead = { readonly text: string; readonly next: number };

/**
 * Collects the bytes of one head (status line, field lines, empty line), however they were cut.
 *
 * A whole head in one piece, the common case, is decoded once and never copied. What can't become a
 * head (another protocol, a bare LF) is refused as soon as it shows, not at the first byte deadline.
 */
export class HeadCollector {
  /** The beginning of a head whose end has not come; never longer than 64 KiB. */
  #partial = '';
  /** Its last three characters, so that each piece is searched without reading the rest again. */
  #tail = '';

  /**
   * Takes bytes from `start` on. Undefined when all bytes to `end` were taken and the head goes on.
   *
   * @throws ProtocolError past 64 KiB, at a bare LF (RFC 9112 §2.2 allows it, no edge sends it), or
   * when the bytes are not the beginning of an HTTP/1.x answer.
   */
  take(buffer: Buffer, start: number, end: number): TakenHead | undefined {
    if (this.#partial === '') {
      const found = buffer.indexOf(HEAD_END, start, 'latin1');
      if (found !== -1 && found + HEAD_END.length <= end) {
        const next = found + HEAD_END.length;
        checkLength(next - start);
        return { text: buffer.toString('latin1', start, found + 2), next };
      }
    }
    return this.#takePiece(buffer, start, end);
  }

  #takePiece(buffer: Buffer, start: number, end: number): TakenHead | undefined {
    // One head's worth at most is decoded, so that a long piece costs no more than a short one.
    const stop = Math.min(end, start + MAXIMUM_HEAD_BYTES + 1 - this.#partial.length);
    const piece = buffer.toString('latin1', start, stop);
    const seam = this.#tail + piece;
    const found = seam.indexOf(HEAD_END);
    const pieceBytes = found === -1 ? piece.length : found + HEAD_END.length - this.#tail.length;
    const text = this.#partial + piece.slice(0, pieceBytes);
    if (this.#partial.length < PROTOCOL_NAME.length) checkProtocolName(text);
    checkLineEnds(seam.slice(0, this.#tail.length + pieceBytes));
    checkLength(text.length);
    if (found === -1) {
      this.#partial = text;
      this.#tail = seam.slice(1 - HEAD_END.length);
      return undefined;
    }
    this.#partial = '';
    this.#tail = '';
    return { text: text.slice(0, 2 - HEAD_END.length), next: start + pieceBytes };
  }
}

function checkLength(bytes: number): void {
  if (bytes > MAXIMUM_HEAD_BYTES) {
    throw new ProtocolError(`the header block is longer than ${MAXIMUM_HEAD_BYTES} bytes`);
  }
}

function checkProtocolName(text: string): void {
  if (!text.startsWith(PROTOCOL_NAME.slice(0, text.length))) {
    throw new ProtocolError(`not an HTTP/1.x answer: ${quoteBytes(text)} (RFC 9112 §4)`);
  }
}

/** `text` may begin within a line whose beginning was checked before. */
function checkLineEnds(text: string): void {
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) {
    if (at > 0 && text.charCodeAt(at - 1) !== CR) {
      throw new ProtocolError('a bare LF in the header block (RFC 9112 §2.2)');
    }
  }
}
