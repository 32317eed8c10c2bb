import type { Stack } from 'aws-cdk-lib/core';
import { UserData } from 'aws-cdk-lib/aws-ec2';
import { METRICS_PORT } from './environment.ts';

/** What an instance needs to know to run fetch workers. */
export type WorkerOptions = {
  readonly imageUri: string;
  readonly logGroupName: string;
  readonly environment: Readonly<Record<string, string>>;
  /** JSON secret whose members become variables of these names. */
  readonly secret: { readonly arn: string; readonly variables: readonly string[] };
  /** Longest that a worker may take to hand its batches back. */
  readonly drainSeconds: number;
};

/** Long fat pipes: a window of 131,072 bytes from the start, up to 32 MiB, kept over idle times. */
const SYSCTL = [
  'net.ipv4.tcp_rmem = 4096 131072 33554432',
  'net.core.rmem_max = 33554432',
  'net.ipv4.tcp_slow_start_after_idle = 0',
];

/** Variables that differ by instance or worker. */
const OWN_VARIABLES = ['HOST', 'METRICS_PORT', 'FETCH_WORKERS_PER_INSTANCE'];

/**
 * Boots Amazon Linux into one fetch worker a vCPU, each a container on the host's network, kept
 * running by systemd. Node runs one thread, and so does TLS: more processes are the way to use more
 * vCPUs. Secrets are read at each start of a worker and are neither here nor on disk.
 */
export function createUserData(stack: Stack, options: WorkerOptions): UserData {
  const userData = UserData.forLinux();
  userData.addCommands(
    'set -euo pipefail',
    writeFile('/etc/sysctl.d/90-prewarm.conf', SYSCTL),
    'sysctl --system >/dev/null',
    'dnf install -y docker',
    'systemctl enable --now docker',
    writeFile('/usr/local/bin/prewarm-worker', workerScript(stack, options)),
    'chmod 755 /usr/local/bin/prewarm-worker',
    writeFile('/etc/systemd/system/prewarm@.service', serviceUnit(options)),
    'systemctl daemon-reload',
    `aws ecr get-login-password --region ${stack.region} | docker login --username AWS --password-stdin ${registryOf(options.imageUri)}`,
    `docker pull --quiet ${options.imageUri}`,
    'for number in $(seq 1 "$(nproc)"); do systemctl enable --now "prewarm@$number"; done',
  );
  return userData;
}

function workerScript(stack: Stack, options: WorkerOptions): readonly string[] {
  const { secret, environment } = options;
  const exports = Object.entries(environment).map(([name, value]) => `export ${name}='${value}'`);
  const names = [...OWN_VARIABLES, ...Object.keys(environment), ...secret.variables];
  return [
    '#!/bin/bash',
    'set -euo pipefail',
    ...exports,
    // The workers share the host's network: each has a port of its own.
    `export HOST=127.0.0.1 METRICS_PORT=$((${METRICS_PORT - 1} + $1))`,
    'export FETCH_WORKERS_PER_INSTANCE=$(nproc)',
    ...readSecret(stack, secret),
    'exec docker run --rm --name "prewarm-$1" --network host --read-only --tmpfs /tmp \\',
    '  --cap-drop ALL --security-opt no-new-privileges --ulimit nofile=65536:65536 \\',
    `  --log-driver awslogs --log-opt awslogs-region=${stack.region} \\`,
    `  --log-opt awslogs-group=${options.logGroupName} --log-opt mode=non-blocking \\`,
    `  ${names.map((name) => `-e ${name}`).join(' ')} \\`,
    `  ${options.imageUri} node dist/workers/fetch.js`,
  ];
}

/** PEM texts have several lines: variables, unlike a file for --env-file, can hold them. */
function readSecret(stack: Stack, secret: WorkerOptions['secret']): readonly string[] {
  const print = `import json,shlex,sys; s=json.load(sys.stdin); [print(f"export {n}={shlex.quote(s[n])}") for n in sys.argv[1:]]`;
  return [
    `secret=$(aws secretsmanager get-secret-value --region ${stack.region} --secret-id '${secret.arn}' --query SecretString --output text)`,
    `exports=$(python3 -c '${print}' ${secret.variables.join(' ')} <<<"$secret")`,
    'eval "$exports"',
  ];
}

function serviceUnit({ drainSeconds }: WorkerOptions): readonly string[] {
  return [
    '[Unit]',
    'Description=cloudfront-prewarm fetch worker %i',
    'After=docker.service network-online.target',
    'Wants=network-online.target',
    'Requires=docker.service',
    'StartLimitIntervalSec=0',
    '[Service]',
    'ExecStart=/usr/local/bin/prewarm-worker %i',
    `ExecStop=/usr/bin/docker stop --time ${drainSeconds} prewarm-%i`,
    `TimeoutStopSec=${drainSeconds + 10}`,
    'Restart=on-failure',
    'RestartSec=5',
    '[Install]',
    'WantedBy=multi-user.target',
  ];
}

/** A quoted here-document: nothing in the lines is expanded while the instance boots. */
function writeFile(path: string, lines: readonly string[]): string {
  return [`cat >${path} <<'END_OF_FILE'`, ...lines, 'END_OF_FILE'].join('\n');
}

function registryOf(imageUri: string): string {
  return `"$(cut -d/ -f1 <<<'${imageUri}')"`;
}
