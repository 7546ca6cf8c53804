/** A child process that films until it is killed. Argument: the path of raspistill. */
import { silentLogger } from '@emotion-fleet/service';
import { raspicamFrameSource } from '../../src/capture/raspicam-frame-source.ts';

const [command = ''] = process.argv.slice(2);
const picture = { width: 64, height: 48, framesPerSecond: 50, logger: silentLogger() };
await raspicamFrameSource({ ...picture, command }).start({
  onFrame: () => process.send?.('filming'),
  onState: () => undefined,
});
