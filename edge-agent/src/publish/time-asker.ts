import {
  channels,
  messageValidators,
  mqttTopic,
  schemaVersion,
  type TimeRequest,
} from '@emotion-fleet/contracts';
import type { GatewayTime } from '../clock/agent-clock.ts';
import type { MqttMessage } from './mqtt-connection.ts';

/** The part of the agent's clock that the gateway's time is for. */
export interface AskingClock {
  nowMs(): number;
  readonly wantsGatewayTime: boolean;
  offerGatewayTime(time: GatewayTime): void;
}

export interface TimeAskerOptions {
  readonly deviceId: string;
  readonly clock: AskingClock;
  readonly newId: () => string;
}

/** Questions whose answer still counts; more than one, since an answer may take longer than the next question. */
const maxOpenRequests = 8;

/** Asks for the gateway's time while the clock wants it. */
export class TimeAsker {
  readonly #options: TimeAskerOptions;
  /** When each open request went out, by its id. */
  readonly #sentAtMs = new Map<string, number>();

  constructor(options: TimeAskerOptions) {
    this.#options = options;
  }

  get responseTopic(): string {
    return mqttTopic(this.#options.deviceId, channels.timeResponse);
  }

  /** The request to send now; undefined while the time is known, or NTP has the first say. */
  request(): MqttMessage | undefined {
    const { clock, deviceId, newId } = this.#options;
    if (!clock.wantsGatewayTime) return undefined;
    const request: TimeRequest = { schema: schemaVersion, requestId: newId() };
    for (const requestId of [...this.#sentAtMs.keys()].slice(0, 1 - maxOpenRequests)) {
      this.#sentAtMs.delete(requestId);
    }
    this.#sentAtMs.set(request.requestId, clock.nowMs());
    return {
      topic: mqttTopic(deviceId, channels.timeRequest),
      payload: Buffer.from(JSON.stringify(request)),
    };
  }

  /** Takes what came on the response topic; anything but an awaited answer is ignored. */
  receive(payload: Buffer): void {
    const receivedAtMs = this.#options.clock.nowMs();
    const response = parse(payload);
    if (!messageValidators.timeResponse.Check(response)) return;
    const { requestId, gatewayTime } = response;
    const sentAtMs = this.#sentAtMs.get(requestId);
    if (sentAtMs === undefined) return;
    this.#sentAtMs.clear();
    this.#options.clock.offerGatewayTime({ gatewayTime, sentAtMs, receivedAtMs });
  }
}

function parse(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString());
  } catch {
    return undefined;
  }
}
