import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { countFetchWorkers } from '../activities/fetch-workers.ts';
import { createDataConverter } from '../codec/payload-codec.ts';
import { type ApiClient, createApiClient } from '../local/api-client.ts';
import { findFreePorts } from '../local/free-ports.ts';
import { type ProductAddresses, startProduct } from '../local/product.ts';
import { SAMPLE_INSTANCES, sampleRequest } from '../local/sample.ts';
import { readField } from '../local/read-field.ts';
import { type Supervisor, createSupervisor } from '../local/supervisor/supervisor.ts';
import { cliRouteOptions, findTemporalCli } from '../local/temporal/find-cli.ts';
import { type EdgeView, createEdgeView } from './edge-view.ts';
import { cpuByProcess } from './process-cpu.ts';

/** The product as `npm start` runs it, with its fetch workers up and everything asked once. */
export type ProductStack = {
  readonly api: ApiClient;
  readonly apiUrl: string;
  readonly client: Client;
  readonly edge: EdgeView;
  /** Certificate of the simulated CloudFront's authority. */
  readonly caFile: string;
  /** CPU seconds of each process since its start, by its name. */
  readonly cpuSeconds: () => ReadonlyMap<string, number>;
  readonly close: () => Promise<void>;
};

/** The workers stay for the whole benchmark, however long a part of it needs none. */
const IDLE_SECONDS = 3_600;
const WORKERS_LIMIT_MS = 60_000;

/** Starts the product in a folder of its own on free ports; `close` leaves no process and no file. */
export async function startProductStack(): Promise<ProductStack> {
  // What is measured reads histories, so it has to be able to.
  delete process.env['HISTORY_ENCRYPTION_KEY'];
  const folder = await mkdtemp(join(tmpdir(), 'prewarm-bench-'));
  const supervisor = createSupervisor(join(folder, 'logs'));
  const close = async () => {
    await supervisor.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const addresses = await start(supervisor, folder);
    const connection = await Connection.connect({ address: addresses.temporalAddress });
    const client = new Client({ connection, dataConverter: createDataConverter() });
    const api = createApiClient(addresses.apiUrl);
    await bringWorkersUp(api, client);
    return {
      api,
      apiUrl: addresses.apiUrl,
      client,
      edge: createEdgeView(inspectUrlOf(supervisor), join(folder, 'edge-directory.json')),
      caFile: join(folder, 'ca.pem'),
      cpuSeconds: () => cpuByProcess(supervisor.running()),
      close: async () => {
        await connection.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(supervisor: Supervisor, dataFolder: string): Promise<ProductAddresses> {
  const cli = await findTemporalCli(cliRouteOptions((line) => console.log(line)));
  const [api = 0, temporal = 0, ui = 0] = await findFreePorts(3);
  return startProduct({
    supervisor,
    dataFolder,
    ports: { api, temporal, ui },
    temporal: { cliFile: cli.file },
    fleetIdleSeconds: IDLE_SECONDS,
    bootDelayMs: 0,
  });
}

/** A first request launches the fetch workers, and takes what only the first one pays. */
async function bringWorkersUp(api: ApiClient, client: Client): Promise<void> {
  const giveUpAtMs = Date.now() + WORKERS_LIMIT_MS;
  const requestId = await api.prewarm(sampleRequest());
  await client.workflow.getHandle(requestId).result();
  while ((await countFetchWorkers(client)).workers < SAMPLE_INSTANCES) {
    if (Date.now() > giveUpAtMs) throw new Error(`No ${SAMPLE_INSTANCES} fetch workers came up`);
    await delay(100);
  }
}

function inspectUrlOf(supervisor: Supervisor): string {
  const edge = supervisor.running().find(({ name }) => name === 'edge');
  const urls = edge?.log.lastLines().map((line) => readField(line, 'inspectUrl')) ?? [];
  const url = urls.find((one) => typeof one === 'string');
  if (url === undefined) throw new Error('The simulated CloudFront did not say its inspectUrl');
  return url;
}
