import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCertificates } from '../local/edge/certificates.ts';
import { HOST, OBJECT_BYTES, POPS, PORTS } from './engine-objects.ts';
import { endWithThisProcess, SERVER_CPU } from './engine-tools.ts';

/** nginx as POPs on loopback. */
export type BenchServer = { readonly caFile: string; readonly close: () => Promise<void> };

/** Starts nginx on its CPU: one worker, TLS with an own CA, CloudFront's headers on each answer. */
export async function startServer(): Promise<BenchServer> {
  const folder = mkdtempSync(join(tmpdir(), 'prewarm-bench-'));
  // nginx's worker is another user.
  chmodSync(folder, 0o755);
  const { caPem, leaf } = await createCertificates([HOST]);
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, caPem);
  writeFileSync(join(folder, 'cert.pem'), leaf.certificatePem);
  writeFileSync(join(folder, 'key.pem'), leaf.privateKeyPem, { mode: 0o600 });
  mkdirSync(join(folder, 'www'));
  for (const [name, bytes] of Object.entries(OBJECT_BYTES)) {
    const file = join(folder, 'www', name);
    writeFileSync(file, '');
    truncateSync(file, bytes);
  }
  const configFile = join(folder, 'nginx.conf');
  writeFileSync(configFile, nginxConfig(folder));
  const nginx = spawn('taskset', ['-c', SERVER_CPU, 'nginx', '-c', configFile, '-p', folder], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  endWithThisProcess(nginx);
  await waitUntilItListens(nginx);
  return {
    caFile,
    async close() {
      nginx.kill('SIGTERM');
      await once(nginx, 'close');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function waitUntilItListens(nginx: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (nginx.exitCode !== null) throw new Error(`nginx ended with status ${nginx.exitCode}`);
    if (await accepts()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nginx does not listen on port ${PORTS.https}`);
}

function accepts(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(PORTS.https, POPS[0]?.address ?? '127.0.1.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

function nginxConfig(folder: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join(' ');
  const servers = POPS.map(({ pop, address }) =>
    [
      serverBlock(`${address}:${PORTS.https} ssl`, pop, 'keepalive_timeout 60s;'),
      serverBlock(`${address}:${PORTS.http}`, pop, 'keepalive_timeout 60s;'),
      serverBlock(`${address}:${PORTS.httpsOneRequest} ssl`, pop, 'keepalive_timeout 0;'),
    ].join('\n'),
  );
  return `daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log stderr crit;
events { worker_connections 4096; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000;
  open_file_cache max=100; root ${folder}/www; ${temporary}
  ssl_certificate ${folder}/cert.pem; ssl_certificate_key ${folder}/key.pem;
  ssl_protocols TLSv1.2 TLSv1.3; ssl_session_cache shared:bench:10m;
  ${servers.join('\n')}
}
`;
}

function serverBlock(listen: string, pop: string, keepAlive: string): string {
  return `server { listen ${listen}; ${keepAlive}
  add_header X-Cache "Hit from cloudfront"; add_header X-Amz-Cf-Pop ${pop};
  add_header X-Amz-Cf-Id "R7hJwQ0m3XvH1pZ9kqkq2s8mPjYc4wV0y6nTgB5uLdEo1aFi==";
  add_header Via "1.1 3f5c0ac0b2a14e6f.cloudfront.net (CloudFront)"; add_header Age 10;
  add_header Server-Timing 'cdn-cache-hit,cdn-pop;desc="${pop}",cdn-hit-layer;desc="EDGE"';
  rewrite ^/(\\w+)/ /$1 break; }`;
}
