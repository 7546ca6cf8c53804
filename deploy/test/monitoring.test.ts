import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { it } from 'node:test';
import { MemoryEventLog } from '@emotion-fleet/event-log/testing';
import { HopCounter, silentLogger } from '@emotion-fleet/service';
import { Registry } from 'prom-client';
import { parse } from 'yaml';
import { ProcessorMetrics } from '../../cloud-processor/src/processor-metrics.ts';
import { DashboardMetrics } from '../../dashboard/server/src/dashboard-metrics.ts';
import { Gateway } from '../../gateway/src/index.ts';
import { deployFile } from '../src/jars.ts';

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly targets: readonly { readonly expr: string }[];
}

interface Alerts {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string;
      readonly expr: string;
      readonly annotations: { readonly summary: string };
    }[];
  }[];
}

/** What the services show at `/metrics`, by the names that Prometheus stores. */
async function exportedNames(): Promise<Set<string>> {
  const gateway = new Registry();
  new Gateway({
    eventLog: new MemoryEventLog(),
    authenticator: { authenticate: async () => false, isKnown: async () => false } as never,
    logger: silentLogger(),
    registry: gateway,
  });
  const others = new Registry();
  new HopCounter({ hop: 'processor', registry: others });
  new ProcessorMetrics(others, { lag: async () => null });
  new DashboardMetrics(others);
  const names = new Set<string>();
  for (const registry of [gateway, others]) {
    for (const { name, type } of await registry.getMetricsAsJSON()) {
      names.add(name);
      if (String(type) === 'histogram')
        for (const end of ['bucket', 'sum', 'count']) names.add(`${name}_${end}`);
    }
  }
  return names;
}

it('draws only what the services export', async () => {
  const text = await readFile(deployFile('monitoring/grafana/cloud-side.json'), 'utf8');
  const { panels } = JSON.parse(text) as { readonly panels: readonly Panel[] };
  const exported = await exportedNames();
  for (const { title, targets } of panels) {
    const used = targets.flatMap(({ expr }) => expr.match(/\bemotion_\w+/g) ?? []);
    assert.ok(used.length > 0, title);
    for (const name of used) assert.ok(exported.has(name), `${title}: ${name}`);
  }
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
});

it('alerts over what the services export', async () => {
  const { groups } = parse(await readFile(deployFile('monitoring/alerts.yml'), 'utf8')) as Alerts;
  const rules = groups.flatMap((group) => group.rules);
  const exported = await exportedNames();
  for (const { alert, expr, annotations } of rules) {
    for (const name of expr.match(/\bemotion_\w+/g) ?? []) {
      assert.ok(exported.has(name), `${alert}: ${name}`);
    }
    assert.ok(annotations.summary.length > 0, alert);
  }
  const watched = (name: string) => rules.some(({ expr }) => expr.includes(name));
  assert.ok(watched('emotion_processor_offset_holes_total') && watched('emotion_processor_lag'));
});

it('asks every service of the compose file at its own port', async () => {
  const read = async (file: string): Promise<unknown> =>
    parse(await readFile(deployFile(file), 'utf8'), { merge: true });
  const prometheus = (await read('monitoring/prometheus.yml')) as {
    readonly rule_files: readonly string[];
    readonly scrape_configs: readonly {
      readonly job_name: string;
      readonly static_configs: readonly { readonly targets: readonly string[] }[];
    }[];
  };
  const compose = (await read('docker-compose.yml')) as {
    readonly services: Readonly<
      Record<string, { readonly environment: Readonly<Record<string, string>> }>
    >;
  };
  for (const { job_name, static_configs } of prometheus.scrape_configs) {
    const { environment } = compose.services[job_name]!;
    const port = environment['EMOTION_OPERATOR_PORT'] ?? environment['EMOTION_DASHBOARD_PORT'];
    assert.deepEqual(static_configs[0]!.targets, [`127.0.0.1:${String(port)}`]);
  }
  assert.equal(prometheus.scrape_configs.length, 3);
  assert.deepEqual(prometheus.rule_files, ['alerts.yml']);
});
