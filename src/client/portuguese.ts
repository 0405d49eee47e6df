import { type Method, type MethodName, methods } from '../protocol/methods.js';

/** The call by its Portuguese names, where it has some: then the server answers it in Portuguese. */
export function inPortuguese(method: MethodName, params: object): { method: string; params: object } {
  const { alias, params: table }: Method = methods[method];
  if (alias === undefined) return { method, params };
  const renamed = Object.entries(params).map(([name, value]) => [table[name]?.alias ?? name, value] as const);
  return { method: alias, params: Object.fromEntries(renamed) };
}
