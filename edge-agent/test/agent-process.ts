import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  channels,
  configValidators,
  mqttTopic,
  parseMqttTopic,
  type DeviceRecord,
  type DeviceSettings,
  type RecordBatch,
  type ReportedConfig,
  type StatusMessage,
} from '@emotion-fleet/contracts';
import { agentEntryFile, agentEnvironment, type AgentSettings } from '../src/index.ts';
import { TestBroker } from './publish/test-broker.ts';
import { until } from './until.ts';

/** A real agent with a virtual camera at a real broker that, like the gateway, says the wish at each subscription. */
export class AgentProcess {
  readonly broker = new TestBroker();
  readonly #folders: Pick<AgentSettings, 'dataDirectory' | 'modelCache'>;
  #child: ChildProcess | undefined;
  #wish: string | undefined;
  stderr = '';

  constructor(folders: Pick<AgentSettings, 'dataDirectory' | 'modelCache'>) {
    this.#folders = folders;
  }

  /** `variables`: of the process, beside the agent's settings. */
  async start(
    settings: Partial<AgentSettings> = {},
    variables: NodeJS.ProcessEnv = {},
  ): Promise<void> {
    if (this.broker.url.endsWith(':0')) {
      this.broker.onSubscribe = (topic) => {
        if (topic.endsWith('/config')) this.#say();
      };
      await this.broker.start();
    }
    const environment = agentEnvironment({
      deviceId: 'till-1',
      token: 'secret',
      mqttUrl: this.broker.url,
      ...this.#folders,
      camera: 'virtual:sample6?seed=3',
      clock: 'trust',
      logLevel: 'warn',
      precision: 'fp32',
      ...settings,
    });
    const env = { ...process.env, ...variables, ...environment };
    this.#child = fork(agentEntryFile, [], { env, silent: true });
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.#child.stdout?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
  }

  /** The operator's wish, or any other text. */
  want(wish: { version: number; settings: DeviceSettings } | string): void {
    this.#wish =
      typeof wish === 'string' ? wish : JSON.stringify({ schema: 1, setAt: Date.now(), ...wish });
    this.#say();
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  async stop(): Promise<void> {
    await this.end('SIGKILL');
    await this.broker.stop();
  }

  /** What ended the process; undefined while it lives. */
  get ending(): number | string | undefined {
    return this.#child?.exitCode ?? this.#child?.signalCode ?? undefined;
  }

  get statuses(): StatusMessage[] {
    return this.#payloads(channels.status) as StatusMessage[];
  }

  get reports(): ReportedConfig[] {
    return this.#payloads(channels.configReported).map((report) => {
      assert.ok(configValidators.reported.Check(report), JSON.stringify(report));
      return report;
    });
  }

  get records(): DeviceRecord[] {
    return this.#payloads(channels.records).flatMap(
      (batch) => (batch as RecordBatch).records as DeviceRecord[],
    );
  }

  /** The first report after `from` of them for which that is so. */
  async report(
    condition: (report: ReportedConfig) => boolean,
    { from = 0, limitMs = 60_000 } = {},
  ): Promise<ReportedConfig> {
    const find = () => this.reports.slice(from).find(condition);
    try {
      await until(() => find() !== undefined, limitMs);
    } catch {
      const last = JSON.stringify(this.reports.slice(from).at(-1));
      assert.fail(`no such report; the last: ${last}; log: ${this.stderr.slice(-3_000)}`);
    }
    return find()!;
  }

  #say(): void {
    if (this.#wish !== undefined) {
      this.broker.publish(mqttTopic('till-1', channels.config), this.#wish);
    }
  }

  #payloads(channel: string): unknown[] {
    return this.broker.arrivals
      .filter(({ topic }) => parseMqttTopic(topic)?.channel === channel)
      .map(({ payload }): unknown => JSON.parse(payload.toString()));
  }
}
