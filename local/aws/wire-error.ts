/** An AWS error as the wire has it: code, HTTP status and text. */
export class WireError extends Error {
  override readonly name = 'WireError' as const;
  readonly code: string;
  readonly status: number;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Makes the server cut the connection instead of answering. */
export class ConnectionCut extends Error {
  override readonly name = 'ConnectionCut' as const;
}
