import { readFileSync } from 'node:fs';
import { failureOfAnswer, readFacts } from '../edge/classify.ts';
import { edgeUrl } from '../edge/edge-url.ts';
import type { EdgeAddress, EdgeEngine, EngineRequest } from '../edge/engine.ts';
import { createEdgeSecureContext } from '../edge/http1/secure-context.ts';
import { requestHeaders } from '../edge/request-headers.ts';
import { HOST, OBJECT_BYTES, POPS } from './engine-objects.ts';
import { serveMeasures } from './engine-measures.ts';
import {
  type ClientResult,
  type ClientTask,
  clientTaskSchema,
  UNLIMITED_REQUESTS,
} from './engine-messages.ts';

const DEADLINES = {
  connectMs: 6_000,
  firstByteMs: 130_000,
  idleMs: 30_000,
  totalMs: 3_600_000,
  minimumBytesPerSecond: 1_024,
};

class Client {
  readonly #task: ClientTask;
  readonly #engine: EdgeEngine;
  readonly #signal = new AbortController().signal;
  readonly #endsAtMs: number;
  readonly counts = { requests: 0, bodyBytes: 0, errors: 0, wrongByteCounts: 0, wrongPops: 0 };
  quarterRssBytes = 0;
  #started = 0;

  constructor(task: ClientTask, engine: EdgeEngine) {
    this.#task = task;
    this.#engine = engine;
    this.#endsAtMs = performance.now() + task.seconds * 1_000;
  }

  async work(index: number): Promise<void> {
    const { pop, address: popAddress } = POPS[index % POPS.length] ?? { pop: '', address: '' };
    // Made once, as a directory's are: the engine remembers what it knows of an address by the object.
    const address = { host: this.#task.address ?? popAddress, port: this.#task.port };
    while (this.#started < this.#task.requests && performance.now() < this.#endsAtMs) {
      this.#started += 1;
      await this.#fetch(pop, this.#request(address));
    }
  }

  #request(address: EdgeAddress): EngineRequest {
    const { scheme, object } = this.#task;
    return {
      url: edgeUrl(`${scheme}://${HOST}/${object}/${this.#started}`),
      address,
      method: 'GET',
      headers: requestHeaders([]),
      deadlines: DEADLINES,
      signal: this.#signal,
      onBodyBytes: (bytes) => this.#countBytes(bytes),
    };
  }

  #countBytes(bytes: number): void {
    this.counts.bodyBytes += bytes;
    const quarter = (OBJECT_BYTES[this.#task.object] * this.#task.requests) / 4;
    if (this.quarterRssBytes === 0 && this.counts.bodyBytes > quarter) {
      this.quarterRssBytes = process.memoryUsage.rss();
    }
  }

  async #fetch(pop: string, request: EngineRequest): Promise<void> {
    try {
      const answer = await this.#engine.fetch(request);
      const facts = readFacts(answer, pop);
      this.counts.requests += 1;
      if (answer.bodyBytes !== OBJECT_BYTES[this.#task.object]) this.counts.wrongByteCounts += 1;
      if (facts.popMatch !== 'asked') this.counts.wrongPops += 1;
      if (failureOfAnswer(answer, facts) !== undefined || !facts.isHit) this.counts.errors += 1;
    } catch (error) {
      this.counts.errors += 1;
      console.error(error instanceof Error ? error.message : error);
    }
  }
}

/** Loads only the engine that is measured: the other one's code would count as its memory. */
async function createEngine({ engine, caFile, connections }: ClientTask): Promise<EdgeEngine> {
  const secureContext = createEdgeSecureContext(readFileSync(caFile, 'utf8'));
  if (engine === 'undici') {
    const { createUndiciEngine } = await import('../edge/undici-engine.ts');
    return createUndiciEngine({ secureContext, maxConnections: connections });
  }
  const { createHttp1Engine } = await import('../edge/http1/http1-engine.ts');
  return createHttp1Engine({ secureContext, maximumConnections: connections });
}

async function workAll({ connections }: ClientTask, client: Client): Promise<void> {
  await Promise.all(Array.from({ length: connections }, (_, index) => client.work(index)));
}

async function measure(task: ClientTask, engine: EdgeEngine): Promise<ClientResult> {
  const client = new Client(task, engine);
  const startedAtMs = performance.now();
  const before = process.cpuUsage();
  await workAll(task, client);
  const { user, system } = process.cpuUsage(before);
  const seconds = (performance.now() - startedAtMs) / 1_000;
  const endRssBytes = process.memoryUsage.rss();
  const { counts, quarterRssBytes } = client;
  const cpuSeconds = (user + system) / 1e6;
  return { ...counts, seconds, cpuSeconds, quarterRssBytes, endRssBytes };
}

const task = clientTaskSchema.parse(JSON.parse(process.argv[2] ?? '{}'));
const engine = await createEngine(task);
if (task.requests === UNLIMITED_REQUESTS) {
  await measure({ ...task, seconds: task.warmUpSeconds }, engine);
}
await serveMeasures(() => measure(task, engine));
await engine.close();
