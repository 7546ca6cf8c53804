import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { SampleRecord } from '@emotion-fleet/contracts';
import { AgentProcess } from '../agent-process.ts';
import { until } from '../until.ts';

/** Everything below the upper half. */
const lowerHalf = { x: 0, y: 0.5, width: 1, height: 0.5 };

describe('an agent that is configured from afar', () => {
  const folder = { models: '', data: '' };
  let agent: AgentProcess;

  before(async () => {
    folder.models = await mkdtemp(path.join(tmpdir(), 'remote-config-models-'));
  });
  after(() => rm(folder.models, { recursive: true, force: true }));
  beforeEach(async () => {
    folder.data = await mkdtemp(path.join(tmpdir(), 'remote-config-data-'));
    agent = new AgentProcess({ dataDirectory: folder.data, modelCache: folder.models });
    await agent.start();
  });
  afterEach(async () => {
    await agent.stop();
    await rm(folder.data, { recursive: true, force: true });
  });

  function samplesOf(runId: string): SampleRecord[] {
    return agent.records.filter(
      (record) => record.kind === 'sample' && record.runId === runId,
    ) as SampleRecord[];
  }

  it('begins a run with what is desired, which its records follow, and keeps it where a bad one comes', async () => {
    const own = await agent.report(({ version }) => version === 0);
    assert.deepEqual(own.inForce.exclusionZones, []);
    await until(() => samplesOf(own.runId).length > 0, 60_000);
    const settings = { sampleIntervalMs: 300, exclusionZones: [lowerHalf] };
    agent.want({ version: 7, settings });
    const told = await agent.report(({ version }) => version === 7);
    assert.notEqual(told.runId, own.runId);
    assert.equal(told.modelId, own.modelId);
    assert.deepEqual(told.inForce, { ...own.inForce, ...settings });
    const follows = () => {
      const samples = samplesOf(told.runId).filter(({ sampleIndex }) => sampleIndex > 1);
      return samples.length >= 5 ? samples : undefined;
    };
    await until(() => follows() !== undefined, 60_000);
    for (const { durationMs, face, frame } of samplesOf(told.runId)) {
      assert.ok(durationMs <= 600, 'two intervals at most');
      assert.ok(face.y + face.height / 2 < frame.height / 2, 'nobody in the zone');
    }
    agent.want({ version: 8, settings: { analysisFps: 1_000 } });
    const kept = await agent.report(({ refused }) => refused?.version === 8);
    assert.deepEqual([kept.version, kept.runId, kept.refused?.code], [7, told.runId, 'bad_config']);
    assert.match(kept.refused!.reason, /analysisFps/);
    agent.want({ version: 6, settings: {} });
    const outdated = await agent.report(({ refused }) => refused?.version === 6);
    assert.equal(outdated.refused?.code, 'outdated');
  });

  it('refuses what it was killed on, and goes on with it where it was stopped in good order', async () => {
    await agent.report(({ version }) => version === 0);
    const emotionThresholds = { happy: 0.9, sad: 0.9, neutral: 0.9, other: 0.9 };
    agent.want({ version: 2, settings: { emotionThresholds } });
    const told = await agent.report(({ version }) => version === 2);
    assert.deepEqual(told.inForce.emotionThresholds, emotionThresholds);
    await agent.end('SIGTERM');
    const before = agent.reports.length;
    await agent.start();
    const again = await agent.report(() => true, { from: before });
    assert.deepEqual([again.version, again.refused], [2, undefined]);
    await agent.end('SIGKILL');
    const killed = agent.reports.length;
    await agent.start();
    const own = await agent.report(() => true, { from: killed });
    assert.deepEqual([own.version, own.refused?.version, own.refused?.code], [0, 2, 'crashed']);
    const said = agent.reports.length;
    agent.want({ version: 3, settings: { emotionThresholds, maxVisitMs: 60_000 } });
    const next = await agent.report(({ version }) => version === 3, { from: said });
    assert.equal(next.refused, undefined, 'the same settings under a new version are another wish');
  });
});
