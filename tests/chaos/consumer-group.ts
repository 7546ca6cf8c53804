import { logPartitions } from '@emotion-fleet/contracts';
import { AssignerProtocol, Kafka, logLevel, type Admin } from 'kafkajs';
import { waitFor } from '../support/wait.ts';

const groupId = 'cloud-processor';

/** The processors' group as the broker sees it: who has which partitions. */
export class ConsumerGroup {
  readonly #admin: Admin;

  constructor({ broker }: { broker: string }) {
    const kafka = new Kafka({ clientId: 'chaos', brokers: [broker], logLevel: logLevel.NOTHING });
    this.#admin = kafka.admin();
  }

  async start(): Promise<void> {
    await this.#admin.connect();
  }

  async stop(): Promise<void> {
    await this.#admin.disconnect();
  }

  /** Waits until that many members share all partitions. */
  async settled(members: number, limitMs = 90_000): Promise<void> {
    await waitFor(
      `${members} processors share the partitions`,
      async () => {
        const { groups } = await this.#admin.describeGroups([groupId]);
        const [group] = groups;
        if (group?.state !== 'Stable' || group.members.length !== members) return false;
        const assigned = group.members.reduce((sum, { memberAssignment }) => {
          const { assignment = {} } =
            AssignerProtocol.MemberAssignment.decode(memberAssignment) ?? {};
          return sum + Object.values(assignment).flat().length;
        }, 0);
        return assigned === logPartitions;
      },
      limitMs,
    );
  }
}
