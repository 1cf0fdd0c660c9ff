// Pushes with Node's client, each way it knows. Arguments: URL [user password].
'use strict';

const { Counter, Gauge, Histogram, Pushgateway, Registry, Summary } = require('prom-client');

const [url, user, password] = process.argv.slice(2);

// Node reads an additional CA from NODE_EXTRA_CA_CERTS by itself.
function pusher(registry) {
  return new Pushgateway(url, user ? { auth: `${user}:${password}` } : {}, registry);
}

function gauge(name, value) {
  const registry = new Registry();
  new Gauge({ name, help: 'A gauge', registers: [registry] }).set(value);
  return registry;
}

// This client escapes labels, and leaves base64 to its user.
function base64(labels) {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) =>
    [`${name}@base64`, Buffer.from(value).toString('base64url') || '=']));
}

async function main() {
  const registry = new Registry();
  const registers = [registry];
  new Counter({ name: 'node_jobs_total', help: 'Jobs done', labelNames: ['kind'], registers })
    .inc({ kind: 'a "quoted"\nkind' }, 3);
  new Gauge({ name: 'node_level', help: 'A level', registers }).set(-1.5);
  new Summary({ name: 'node_size_bytes', help: 'Sizes', percentiles: [0.5], registers }).observe(4);
  const duration = new Histogram(
    { name: 'node_duration_seconds', help: 'Durations', buckets: [0.1, 1], registers });
  [0.05, 0.5, 5].forEach((seconds) => duration.observe(seconds));
  await pusher(registry).push({ jobName: 'node' });

  await pusher(gauge('node_key', 1)).push(
    { jobName: 'node_key', groupings: base64({ path: '/var/tmp', empty: '' }) });

  await pusher(gauge('node_old', 1)).push({ jobName: 'node_add' });
  await pusher(gauge('node_first', 1)).push({ jobName: 'node_add' });
  await pusher(gauge('node_second', 2)).pushAdd({ jobName: 'node_add' });

  const gone = { jobName: 'node_gone', groupings: base64({ path: '/' }) };
  await pusher(gauge('node_gone', 1)).push(gone);
  await pusher(new Registry()).delete(gone);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
