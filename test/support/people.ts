import type { RoomName, UserId } from '../../src/protocol/names.js';

export const ana = 'ana#1' as UserId;
export const bia = 'bia#1' as UserId;
export const caio = 'caio#1' as UserId;
export const davi = 'davi#1' as UserId;
export const eva = 'eva#1' as UserId;
export const sala1 = 'sala1' as RoomName;
export const sala2 = 'sala2' as RoomName;
/** What tests call a private room. */
export const secret = 'segredo' as RoomName;
