import {
  FakeClassifier,
  FakeFrameSource,
  FakePrivacySwitch,
  FakeStatusLight,
  FakeWatchdog,
} from '../fakes.ts';
import { paintedFrame } from '../painted-frame.ts';
import { describeEmotionClassifier } from './emotion-classifier.ts';
import { describeFrameSource } from './frame-source.ts';
import { describePrivacySwitch } from './privacy-switch.ts';
import { describeStatusLight } from './status-light.ts';
import { describeWatchdog } from './watchdog.ts';

describeFrameSource('FakeFrameSource', async () => {
  const source = new FakeFrameSource();
  let capturedAtMs = 0;
  const film = () => {
    capturedAtMs += 1;
    source.events?.onFrame(paintedFrame({ seed: capturedAtMs, capturedAtMs }));
  };
  return { source, film };
});

describePrivacySwitch('FakePrivacySwitch', () => {
  const privacySwitch = new FakePrivacySwitch();
  return { privacySwitch, turn: (isOn) => privacySwitch.turn(isOn) };
});

describeStatusLight('FakeStatusLight', () => {
  const light = new FakeStatusLight();
  return { light, see: () => light.shown };
});

describeEmotionClassifier('FakeClassifier', () => new FakeClassifier());

describeWatchdog('FakeWatchdog', async () => {
  const watchdog = new FakeWatchdog();
  return {
    watchdog,
    isArmed: async () => watchdog.isArmed,
    meals: async () => watchdog.meals,
    takeAway: async () => void (watchdog.isThere = false),
  };
});
