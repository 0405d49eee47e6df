import { type LogLevel, logLevels } from '../protocol/control.js';
import { defaultLimits } from '../protocol/limits.js';
import type { RoomName } from '../protocol/names.js';
import { type Kind, oneOf, onOff, rooms, text, whole } from './setting-kinds.js';
import type { Words } from './words.js';

/** A setting of the daemon: from this come its flag, its variable, its key in a file, and their checks. */
export interface Setting<Value = unknown> {
  readonly kind: Kind<Value>;
  /** Without one it has none of its own, and `otherwise` tells what happens then. */
  readonly byDefault: Value | undefined;
  readonly otherwise?: TextOf<Words>;
  readonly about: TextOf<Words>;
  /** Whether a SIGHUP changes it in a daemon that runs. */
  readonly reloadable: boolean;
}

/** The names of the words that nothing is put into. */
type TextOf<All> = { [Name in keyof All]: All[Name] extends string ? Name : never }[keyof All];

const portMax = 65_535;
const floodRateMax = 1_000_000;
const keepDaysMax = 36_500;
const keepMessagesMax = 1_000_000_000;
const roomThreadsMax = 1_000_000;
const drainSecondsMax = 86_400;

/** All settings, by the name that flag (`--flood-rate`), variable (`SALAS_FLOOD_RATE`) and key (`flood-rate`) have of it. */
export const settings = {
  host: { kind: text, byDefault: '127.0.0.1', about: 'serveHost', reloadable: false },
  port: { kind: whole(0, portMax), byDefault: 4242, about: 'servePort', reloadable: false },
  data: { kind: text, byDefault: 'data', about: 'data', reloadable: false },
  rooms: {
    kind: rooms,
    byDefault: ['sala1', 'sala2', 'sala3'] as readonly string[] as readonly RoomName[],
    about: 'configuredRooms',
    reloadable: false,
  },
  'flood-rate': { kind: whole(0, floodRateMax), byDefault: 0, about: 'floodRate', reloadable: true },
  'address-flood-rate': {
    kind: whole(0, floodRateMax),
    byDefault: defaultLimits.addressFloodRate,
    about: 'addressFloodRate',
    reloadable: true,
  },
  'keep-days': { kind: whole(0, keepDaysMax), byDefault: 0, about: 'keepDays', reloadable: true },
  'keep-messages': { kind: whole(0, keepMessagesMax), byDefault: 0, about: 'keepMessages', reloadable: true },
  'limit-loopback': { kind: onOff, byDefault: false, about: 'limitLoopback', reloadable: false },
  'room-threads': {
    kind: whole(1, roomThreadsMax),
    byDefault: undefined,
    otherwise: 'roomThreadsDefault',
    about: 'roomThreads',
    reloadable: false,
  },
  'drain-seconds': { kind: whole(0, drainSecondsMax), byDefault: 10, about: 'drainSeconds', reloadable: true },
  'log-level': { kind: oneOf(logLevels), byDefault: 'info' as LogLevel, about: 'logLevel', reloadable: true },
  'metrics-host': { kind: text, byDefault: '127.0.0.1', about: 'metricsHost', reloadable: false },
  'metrics-port': {
    kind: whole(0, portMax),
    byDefault: undefined,
    otherwise: 'metricsOff',
    about: 'metricsPort',
    reloadable: false,
  },
  'tls-cert': { kind: text, byDefault: undefined, otherwise: 'tlsOff', about: 'tlsCert', reloadable: false },
  'tls-key': { kind: text, byDefault: undefined, otherwise: 'tlsOff', about: 'tlsKey', reloadable: false },
  'tls-only': { kind: onOff, byDefault: false, about: 'tlsOnly', reloadable: false },
  chaos: { kind: onOff, byDefault: false, about: 'serveChaos', reloadable: false },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;

/** The settings' values. */
export type Settings = {
  readonly [Name in SettingName]: (typeof settings)[Name] extends { kind: Kind<infer Value>; byDefault: infer Default }
    ? Value | Extract<Default, undefined>
    : never;
};

export type ReloadableName = {
  [Name in SettingName]: (typeof settings)[Name]['reloadable'] extends true ? Name : never;
}[SettingName];

export const settingNames = Object.keys(settings) as SettingName[];

export function settingOf(name: SettingName): Setting {
  return settings[name];
}

/** Settings that are nothing without another one. */
export const settingNeeds: readonly (readonly [SettingName, SettingName])[] = [
  ['tls-cert', 'tls-key'],
  ['tls-key', 'tls-cert'],
  ['tls-only', 'tls-cert'],
];

/** The variable of a setting. */
export function variableOf(name: string): string {
  return `SALAS_${name.toUpperCase().replaceAll('-', '_')}`;
}
