import { once } from 'node:events';
import { expect, test } from 'vitest';
import { EventLoopTurn } from '../../../edge/http1/event-loop-turn.ts';
import { createHttp1Engine } from '../../../edge/http1/http1-engine.ts';
import { engineRequest } from './helpers/engine-request.ts';
import { okAnswer, rawServer } from './helpers/raw-server.ts';

/** A caller who hears of its answer, does something that takes promises, and asks again. */
function callerOf(name: string, turn: EventLoopTurn, happened: string[]) {
  async function askAgain(): Promise<void> {
    await Promise.resolve();
    happened.push(`${name} asks`);
    turn.write({ writeRequest: () => happened.push(`${name} is written`) });
  }
  return {
    succeed: () => {
      happened.push(`${name} is told`);
      void askAgain();
    },
  };
}

/** The end of this turn of the event loop, and of what was asked for in it. */
function turnEnded(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test('tells all callers, then lets them ask again, then writes their requests', async () => {
  const turn = new EventLoopTurn();
  const happened: string[] = [];

  turn.tell(callerOf('one', turn, happened));
  happened.push('a socket is read');
  turn.tell(callerOf('two', turn, happened));
  happened.push('a socket is read');
  await turnEnded();

  expect(happened).toEqual([
    'a socket is read',
    'a socket is read',
    'one is told',
    'two is told',
    'one asks',
    'two asks',
    'one is written',
    'two is written',
  ]);
});

test('writes a request that no answer brought about before the event loop turns', async () => {
  const turn = new EventLoopTurn();
  const happened: string[] = [];
  setImmediate(() => happened.push('the loop has turned'));

  turn.write({ writeRequest: () => happened.push('written') });
  await turnEnded();

  expect(happened).toEqual(['written', 'the loop has turned']);
});

test('begins anew after each turn', async () => {
  const turn = new EventLoopTurn();
  let told = 0;
  let written = 0;

  for (const _turn of [1, 2, 3]) {
    turn.tell({ succeed: () => (told += 1) });
    turn.write({ writeRequest: () => (written += 1) });
    await turnEnded();
  }

  expect([told, written]).toEqual([3, 3]);
});

test('writes nothing of a request whose connection is closed in the same turn', async () => {
  let requests = 0;
  const closed: Promise<unknown>[] = [];
  const server = await rawServer(
    ({ socket }) => {
      requests += 1;
      socket.write(okAnswer());
    },
    { onSocket: (socket) => void closed.push(once(socket, 'close')) },
  );
  const engine = createHttp1Engine();
  await engine.fetch(engineRequest(server.port));

  const second = engine.fetch(engineRequest(server.port)).catch((error: unknown) => error);
  await engine.close();
  await Promise.all(closed);

  expect(await second).toMatchObject({ code: 'aborted' });
  expect(requests).toBe(1);
});
