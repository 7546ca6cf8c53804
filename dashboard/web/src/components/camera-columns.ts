import type { DeviceItem } from '@emotion-fleet/contracts/api';
import type { DataTableBaseColumn } from 'naive-ui';
import { h } from 'vue';
import { RouterLink, type RouteLocationRaw } from 'vue-router';
import type { Asked } from '../composables/use-paged.ts';
import { formatAge, formatCount } from '../format.ts';
import { deviceStateTexts } from '../states.ts';
import CoverageBar from './CoverageBar.vue';
import StateTag from './StateTag.vue';
import { sortedColumns } from './table-rows.ts';

export interface CameraColumnsOptions {
  /** Its `sort` is the key of a column. */
  readonly asked: Asked;
  readonly linkOf: (device: DeviceItem) => RouteLocationRaw;
  readonly nowMs: number;
  readonly isPhone: boolean;
  /** The site stands beside the camera. */
  readonly withSites: boolean;
  readonly details: ReadonlyMap<string, string> | undefined;
}

type Column = DataTableBaseColumn<DeviceItem>;

/** Columns of the cameras table; a phone gets the three that call for action. */
export function cameraColumns(options: CameraColumnsOptions): Column[] {
  const { isPhone, nowMs } = options;
  const always = [nameColumn(options), stateColumn(options), coverageColumn(isPhone)];
  const columns = isPhone
    ? always
    : [...always, visitsColumn, speedColumn, lastRecordColumn(nowMs)];
  return sortedColumns(columns, options.asked);
}

function nameColumn({ linkOf, withSites, isPhone, nowMs }: CameraColumnsOptions): Column {
  return {
    key: 'name',
    title: 'Camera',
    render: (device) => {
      const site = withSites ? siteNameBeside(device) : undefined;
      const age = isPhone ? ageOf(device, nowMs) : undefined;
      const second = [site, age].filter((text) => text !== undefined).join(' · ');
      return [
        h(RouterLink, { to: linkOf(device) }, () => device.name),
        second === '' ? null : h('div', { class: 'second muted' }, second),
      ];
    },
  };
}

function stateColumn({ details, isPhone }: CameraColumnsOptions): Column {
  return {
    key: 'state',
    title: 'State',
    ...(isPhone ? { width: 88 } : details === undefined ? { width: 110 } : {}),
    render: ({ deviceId, state }) => {
      const detail = details?.get(deviceId) ?? deviceStateTexts[state].meaning;
      const tag = h(StateTag, { state, detail });
      const isSaid = details !== undefined && !isPhone && state !== 'ok';
      return isSaid ? [tag, h('div', { class: 'second muted' }, detail)] : tag;
    },
  };
}

function coverageColumn(isPhone: boolean): Column {
  return {
    key: 'coverageLastHour',
    title: 'Observed',
    align: 'right',
    width: isPhone ? 84 : 148,
    render: (device) => h(CoverageBar, { share: device.coverageLastHour }),
  };
}

const visitsColumn: Column = {
  key: 'visitsLastHour',
  title: 'Visits',
  align: 'right',
  width: 100,
  render: (device) => formatCount(device.visitsLastHour),
};

const speedColumn: Column = {
  key: 'framesPerSecond',
  title: 'Frames/s',
  align: 'right',
  width: 104,
  render: ({ framesPerSecond }) => (framesPerSecond === null ? '–' : framesPerSecond.toFixed(1)),
};

function lastRecordColumn(nowMs: number): Column {
  return {
    key: 'lastRecordAt',
    title: 'Last record',
    align: 'right',
    width: 114,
    render: (device) => ageOf(device, nowMs),
  };
}

/** The site's name, unless the camera's own name begins with it. */
function siteNameBeside({ siteName, name }: DeviceItem): string | undefined {
  return name.startsWith(siteName) ? undefined : siteName;
}

function timeOf({ lastRecordAt }: DeviceItem): number | null {
  return lastRecordAt === null ? null : Date.parse(lastRecordAt);
}

function ageOf(device: DeviceItem, nowMs: number): string {
  const atMs = timeOf(device);
  return atMs === null ? 'no record yet' : formatAge(Math.max(0, nowMs - atMs));
}
