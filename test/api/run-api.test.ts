import { once } from 'node:events';
import { createServer } from 'node:net';
import { pino } from 'pino';
import { expect, inject, onTestFinished, test } from 'vitest';
import { runApi } from '../../api/run-api.ts';
import { unavailable } from '../../api/temporal/temporal-errors.ts';
import { watchTemporal } from '../../api/temporal/watch-temporal.ts';
import { loadApiConfig } from '../../config.ts';
import { containing } from './stub/matchers.ts';

const environment = {
  TEMPORAL_CONFIG_FILE: '/nonexistent/temporal.toml',
  TEMPORAL_ADDRESS: inject('temporalAddress'),
  PORT: '0',
};

const aNumber: unknown = expect.any(Number);

function createLog() {
  const lines: unknown[] = [];
  const logger = pino({ base: null }, { write: (line) => void lines.push(JSON.parse(line)) });
  return { lines, logger };
}

test('says which port is taken and what to do', async () => {
  const other = createServer();
  onTestFinished(() => void other.close());
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const config = loadApiConfig({ ...environment, PORT: String(port) });

  await expect(runApi(config, createLog().logger)).rejects.toThrow(
    `The api can't listen on 127.0.0.1:${port}: another process has this port: choose another PORT, or end that process (EADDRINUSE)`,
  );
});

test('logs one line for a namespace that does not exist, and tells callers the same', async () => {
  const { lines, logger } = createLog();
  const config = loadApiConfig({ ...environment, TEMPORAL_NAMESPACE: 'no-such-namespace' });

  const api = await runApi(config, logger);
  onTestFinished(() => api.stop());
  const answers = [await fetch(`${api.url}/readyz`), await fetch(`${api.url}/requests`)];

  const remedy = 'create it with `temporal operator namespace create no-such-namespace`';
  await expect
    .poll(() => lines)
    .toContainEqual({
      level: 40,
      time: aNumber,
      address: environment.TEMPORAL_ADDRESS,
      namespace: 'no-such-namespace',
      msg: containing(remedy),
    });
  for (const answer of answers) {
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ error_message: containing(remedy) });
  }
});

test('waits for Temporal with a line for each reason, and says when it answers', async () => {
  const { lines, logger } = createLog();
  const reasons = ['unreachable', 'unreachable', 'no namespace'];
  const check = async () => {
    const reason = reasons.shift();
    if (reason !== undefined) throw unavailable(reason);
  };

  await watchTemporal({
    gateway: { check },
    place: { address: 'temporal.example:7233', namespace: 'prewarm' },
    logger,
    stop: new AbortController().signal,
    pause: async () => {},
  });

  expect(lines).toMatchObject([
    { msg: containing('temporal.example:7233 (TEMPORAL_ADDRESS), namespace prewarm') },
    { msg: containing('no namespace') },
    { msg: 'Temporal answers' },
  ]);
});
