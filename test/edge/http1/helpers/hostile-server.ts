import type { Socket } from 'node:net';
import type { HostileAnswer } from './hostile-answer.ts';
import { type RawServer, type RawServerOptions, rawServer } from './raw-server.ts';

/** A server that answers `/N` with the bytes, the cuts and the ending of `answerOf(N)`. */
export function hostileServer(
  answerOf: (index: number) => HostileAnswer,
  options: RawServerOptions = {},
): Promise<RawServer> {
  return rawServer(({ socket, path }) => {
    const answer = answerOf(Number(path.slice(1)));
    sendPieces(socket, answer, 0);
  }, options);
}

/** Sends piece by piece, each in a turn of the event loop of its own, so that it travels alone. */
function sendPieces(socket: Socket, answer: HostileAnswer, index: number): void {
  if (socket.destroyed) return;
  const { bytes, cuts, ending } = answer;
  const from = index === 0 ? 0 : (cuts[index - 1] ?? 0);
  const piece = bytes.slice(from, cuts[index]);
  const isLast = index >= cuts.length;
  socket.write(piece, 'latin1', () => {
    if (!isLast) setImmediate(() => sendPieces(socket, answer, index + 1));
    else if (ending === 'end') socket.end();
    else if (ending === 'reset') socket.resetAndDestroy();
  });
}
