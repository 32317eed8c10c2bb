import type { ServerResponse } from 'node:http';

import { SLICE_BYTES, type BodySource } from './content.ts';

/** What to send, and what shall go wrong with it. */
export type BodyToSend = {
  content: BodySource;
  startByte: number;
  endByte: number;
  bytesPerSecond?: number;
  /** Sends only up to here, then calls `cut`. */
  cutAtByte?: number;
  cut?: () => void;
};

const PACE_MS = 20;

/** Sends a body in large pieces, as fast as the viewer takes them. */
export function sendBody(response: ServerResponse, body: BodyToSend): void {
  const { content, startByte, endByte } = body;
  if (body.bytesPerSecond !== undefined) {
    sendPaced(response, { ...body, bytesPerSecond: body.bytesPerSecond });
    return;
  }
  if (endByte - startByte <= SLICE_BYTES && body.cut === undefined) {
    response.end(content(startByte, endByte));
    return;
  }
  const stopByte = body.cutAtByte ?? endByte;
  let position = startByte;
  function pump(): void {
    while (position < stopByte) {
      if (response.destroyed) return;
      const slice = content(position, stopByte);
      position += slice.length;
      // The last piece ends the response at once, so that caches are settled before the viewer
      // can come back.
      if (position === endByte && body.cut === undefined) {
        response.end(slice);
        return;
      }
      if (!response.write(slice)) {
        response.once('drain', pump);
        return;
      }
    }
    finish(response, body);
  }
  pump();
}

function finish(response: ServerResponse, { cut }: BodyToSend): void {
  if (cut === undefined) response.end();
  else cut();
}

/** Sends what the rate allows since the start, every {@link PACE_MS}. */
function sendPaced(response: ServerResponse, body: BodyToSend & { bytesPerSecond: number }): void {
  const stopByte = body.cutAtByte ?? body.endByte;
  const startedAtMs = performance.now();
  let position = body.startByte;
  response.flushHeaders();
  const timer = setInterval(() => {
    const elapsedSeconds = (performance.now() - startedAtMs) / 1_000;
    const allowedByte = body.startByte + Math.floor(elapsedSeconds * body.bytesPerSecond);
    const untilByte = Math.min(stopByte, allowedByte);
    while (position < untilByte && !response.writableNeedDrain) {
      const slice = body.content(position, untilByte);
      position += slice.length;
      response.write(slice);
    }
    if (position < stopByte) return;
    clearInterval(timer);
    finish(response, body);
  }, PACE_MS);
  response.once('close', () => clearInterval(timer));
}
