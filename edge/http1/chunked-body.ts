import { markFieldLines } from './field-lines.ts';
import {
  MAXIMUM_CHUNK_EXTENSION_BYTES,
  MAXIMUM_CHUNK_LINE_BYTES,
  MAXIMUM_FIELD_LINES,
  MAXIMUM_TRAILER_BYTES,
} from './limits.ts';
import { ProtocolError, quoteBytes } from './protocol-error.ts';

const LF = 0x0a;
const LINE_END_BYTES = 2;

/**
 * RFC 9112 §7.1: the size in hexadecimal, then extensions. Blanks around an extension ("bad white
 * space") are refused. Thirteen digits reach 4 PiB and stay exact in a number.
 */
const CHUNK_LINE =
  /^([0-9A-Fa-f]{1,13})((?:;[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?:=(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+|"(?:[\t\x20-\x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*"))?)*)$/;

/**
 * Counts a chunked body (RFC 9112 §7.1) as its pieces come; the result never depends on where they
 * were cut. Trailer fields are checked like header fields and dropped (RFC 9110 §6.5.1).
 */
export class ChunkedBody {
  /** Chunk data seen so far, framing excluded. */
  bodyBytes = 0;
  isComplete = false;

  #awaits: 'size' | 'data' | 'data-end' | 'trailer' = 'size';
  #dataBytesLeft = 0;
  #extensionBytes = 0;
  #trailerBytes = 0;
  #trailerLines = 0;
  /** Start of a line whose end has not come yet; never longer than the line's limit. */
  #partialLine = '';

  /**
   * Reads `buffer` from `start` to `end` and returns where it stopped: `end`, or the position after
   * the body.
   *
   * @throws ProtocolError at a bad size, a size past 13 digits, data without its CRLF, a bad or too
   * long trailer.
   */
  read(buffer: Buffer, start: number, end: number): number {
    let position = start;
    while (position < end && !this.isComplete) {
      position =
        this.#awaits === 'data'
          ? this.#skipData(position, end)
          : this.#readLine(buffer, position, end);
    }
    return position;
  }

  #skipData(position: number, end: number): number {
    const bytes = Math.min(this.#dataBytesLeft, end - position);
    this.bodyBytes += bytes;
    this.#dataBytesLeft -= bytes;
    if (this.#dataBytesLeft === 0) this.#awaits = 'data-end';
    return position + bytes;
  }

  #readLine(buffer: Buffer, position: number, end: number): number {
    const found = buffer.indexOf(LF, position);
    const isWhole = found !== -1 && found < end;
    const stop = isWhole ? found + 1 : end;
    const maximumBytes = this.#lineLimit() + LINE_END_BYTES;
    if (this.#partialLine.length + stop - position > maximumBytes) {
      throw new ProtocolError(`a line of the chunked body is longer than ${maximumBytes} bytes`);
    }
    const line = this.#partialLine + buffer.toString('latin1', position, stop);
    if (!isWhole) {
      this.#partialLine = line;
      return stop;
    }
    this.#partialLine = '';
    if (!line.endsWith('\r\n')) {
      throw new ProtocolError(`a bare LF ends the chunk line ${quoteBytes(line)} (RFC 9112 §7.1)`);
    }
    this.#acceptLine(line.slice(0, -LINE_END_BYTES));
    return stop;
  }

  #lineLimit(): number {
    if (this.#awaits === 'data-end') return 0;
    return this.#awaits === 'size' ? MAXIMUM_CHUNK_LINE_BYTES : MAXIMUM_TRAILER_BYTES;
  }

  #acceptLine(line: string): void {
    if (this.#awaits === 'size') return this.#acceptSize(line);
    if (this.#awaits === 'trailer') return this.#acceptTrailer(line);
    this.#awaits = 'size';
  }

  #acceptSize(line: string): void {
    const match = CHUNK_LINE.exec(line);
    if (match === null) {
      throw new ProtocolError(`invalid chunk size ${quoteBytes(line)} (RFC 9112 §7.1)`);
    }
    const [, digits = '', extensions = ''] = match;
    this.#extensionBytes += extensions.length;
    if (this.#extensionBytes > MAXIMUM_CHUNK_EXTENSION_BYTES) {
      throw new ProtocolError(
        `chunk extensions past ${MAXIMUM_CHUNK_EXTENSION_BYTES} bytes (RFC 9112 §7.1.1)`,
      );
    }
    this.#dataBytesLeft = Number.parseInt(digits, 16);
    this.#awaits = this.#dataBytesLeft === 0 ? 'trailer' : 'data';
  }

  #acceptTrailer(line: string): void {
    if (line === '') {
      this.isComplete = true;
      return;
    }
    this.#trailerBytes += line.length + LINE_END_BYTES;
    this.#trailerLines += 1;
    if (this.#trailerBytes > MAXIMUM_TRAILER_BYTES || this.#trailerLines > MAXIMUM_FIELD_LINES) {
      throw new ProtocolError(`trailers past ${MAXIMUM_TRAILER_BYTES} bytes or 200 lines`);
    }
    markFieldLines(`${line}\r\n`, 0);
  }
}
