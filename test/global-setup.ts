import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import type { TestProject } from 'vitest/node';
import { DOMAIN_SEARCH_ATTRIBUTE, STATUS_SEARCH_ATTRIBUTE } from '../domain/ids.ts';
import { findFreePorts } from '../local/free-ports.ts';
import { createSupervisor } from '../local/supervisor/supervisor.ts';
import { devServerCommand } from '../local/temporal/dev-server.ts';
import { cliRouteOptions, findTemporalCli } from '../local/temporal/find-cli.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** `host:port` of the run's Temporal server: `inject('temporalAddress')`. */
    temporalAddress: string;
  }
}

type TestServer = { readonly address: string; readonly close: () => Promise<void> };

let server: Promise<TestServer> | undefined;
let users = 0;

/**
 * One Temporal server for the whole run: `TEMPORAL_ADDRESS`, or a dev server of the run's own on
 * a free port, in memory. Started by the first project that needs it, closed after the last.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  users += 1;
  server ??= startServer();
  const { address, close } = await server;
  project.provide('temporalAddress', address);
  return async () => {
    users -= 1;
    if (users === 0) await close();
  };
}

async function startServer(): Promise<TestServer> {
  const given = process.env['TEMPORAL_ADDRESS'] ?? '';
  if (given !== '') {
    await registerSearchAttributes(given);
    return { address: given, close: async () => {} };
  }
  const cli = await findTemporalCli(cliRouteOptions((line) => process.stderr.write(`${line}\n`)));
  const [port] = await findFreePorts(1);
  if (port === undefined) throw new Error('No free port for the Temporal server');
  const folder = await mkdtemp(join(tmpdir(), 'prewarm-temporal-'));
  const supervisor = createSupervisor(folder);
  const searchAttributes = [
    `${STATUS_SEARCH_ATTRIBUTE}=Keyword`,
    `${DOMAIN_SEARCH_ATTRIBUTE}=KeywordList`,
  ];
  await supervisor.start([devServerCommand(cli.file, { port, searchAttributes })]);
  return {
    address: `127.0.0.1:${port}`,
    close: async () => {
      await supervisor.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A server of the run's own is started with them; another may have them from an earlier run. */
async function registerSearchAttributes(address: string): Promise<void> {
  const connection = await Connection.connect({ address });
  const namespace = 'default';
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const types = temporal.api.enums.v1.IndexedValueType;
  const wanted = {
    [STATUS_SEARCH_ATTRIBUTE]: types.INDEXED_VALUE_TYPE_KEYWORD,
    [DOMAIN_SEARCH_ATTRIBUTE]: types.INDEXED_VALUE_TYPE_KEYWORD_LIST,
  };
  const missing = Object.entries(wanted).filter(([name]) => !(name in (customAttributes ?? {})));
  if (missing.length > 0) {
    const searchAttributes = Object.fromEntries(missing);
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
  }
  await connection.close();
}
