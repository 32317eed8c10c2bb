/** Thrown inside the engine when a peer's bytes are not valid HTTP/1.1; leaves it as an EngineError. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError' as const;
}

const QUOTED_CHARACTERS = 80;

/** A peer's bytes as they may stand in an error message: quoted, escaped, at most 80 characters. */
export function quoteBytes(text: string): string {
  const shown = text.length > QUOTED_CHARACTERS ? `${text.slice(0, QUOTED_CHARACTERS)}…` : text;
  return JSON.stringify(shown);
}
