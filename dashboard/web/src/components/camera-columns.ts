import type { DeviceItem } from '@emotion-fleet/contracts/api';
import type { DataTableColumn, DataTableColumns } from 'naive-ui';
import { h } from 'vue';
import { RouterLink, type RouteLocationRaw } from 'vue-router';
import { formatAge, formatCount } from '../format.ts';
import { deviceStateOrder, deviceStateTexts } from '../states.ts';
import CoverageBar from './CoverageBar.vue';
import StateTag from './StateTag.vue';
import { compareNumbers } from './table-rows.ts';

export interface CameraColumnsOptions {
  readonly linkOf: (device: DeviceItem) => RouteLocationRaw;
  readonly nowMs: number;
  readonly isPhone: boolean;
  readonly siteNames: ReadonlyMap<string, string> | undefined;
  readonly details: ReadonlyMap<string, string> | undefined;
}

type Column = DataTableColumn<DeviceItem>;

/** Columns of the cameras table; a phone gets the three that call for action. */
export function cameraColumns(options: CameraColumnsOptions): DataTableColumns<DeviceItem> {
  const { isPhone, nowMs } = options;
  const always = [nameColumn(options), stateColumn(options), coverageColumn(isPhone)];
  return isPhone ? always : [...always, visitsColumn, speedColumn, lastRecordColumn(nowMs)];
}

function nameColumn({ linkOf, siteNames, isPhone, nowMs }: CameraColumnsOptions): Column {
  return {
    key: 'name',
    title: 'Camera',
    sorter: (a, b) => a.name.localeCompare(b.name),
    render: (device) => {
      const site = siteNameBeside(device, siteNames);
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
    defaultSortOrder: 'descend',
    sorter: (a, b) => deviceStateOrder.indexOf(b.state) - deviceStateOrder.indexOf(a.state),
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
    key: 'coverage',
    title: 'Observed',
    align: 'right',
    width: isPhone ? 84 : 148,
    sorter: (a, b) => compareNumbers(a.coverageLastHour, b.coverageLastHour),
    render: (device) => h(CoverageBar, { share: device.coverageLastHour }),
  };
}

const visitsColumn: Column = {
  key: 'visits',
  title: 'Visits',
  align: 'right',
  width: 100,
  sorter: (a, b) => compareNumbers(a.visitsLastHour, b.visitsLastHour),
  render: (device) => formatCount(device.visitsLastHour),
};

const speedColumn: Column = {
  key: 'speed',
  title: 'Frames/s',
  align: 'right',
  width: 104,
  sorter: (a, b) => compareNumbers(a.framesPerSecond, b.framesPerSecond),
  render: ({ framesPerSecond }) => (framesPerSecond === null ? '–' : framesPerSecond.toFixed(1)),
};

function lastRecordColumn(nowMs: number): Column {
  return {
    key: 'last',
    title: 'Last record',
    align: 'right',
    width: 114,
    sorter: (a, b) => compareNumbers(timeOf(a), timeOf(b)),
    render: (device) => ageOf(device, nowMs),
  };
}

/** The site's name, unless the camera's own name begins with it. */
function siteNameBeside(
  { siteId, name }: DeviceItem,
  siteNames: ReadonlyMap<string, string> | undefined,
): string | undefined {
  const site = siteNames?.get(siteId);
  return site !== undefined && name.startsWith(site) ? undefined : site;
}

function timeOf({ lastRecordAt }: DeviceItem): number | null {
  return lastRecordAt === null ? null : Date.parse(lastRecordAt);
}

function ageOf(device: DeviceItem, nowMs: number): string {
  const atMs = timeOf(device);
  return atMs === null ? 'no record yet' : formatAge(Math.max(0, nowMs - atMs));
}
