import type { Language } from '../protocol/speech.js';

/** What `salas doctor` tells. */
const english = {
  node: (version: string) => `Node ${version}`,
  nodeOld: (version: string, needed: string) => `Node ${version} is too old: salas needs ${needed}`,
  nodeAdvice: (needed: string) => `install Node ${needed}, see https://nodejs.org`,
  terminal: (type: string, columns: number, rows: number, colours: boolean) =>
    `terminal ${type}, ${columns} × ${rows}, ${colours ? 'colours' : 'no colours'}`,
  noTerminal: 'the output is no terminal: no colours, no progress',
  locale: (locale: string) => `locale ${locale}: English, for salas speaks English and Portuguese`,
  localePlain: (locale: string) => `locale ${locale} is not for UTF-8: a terminal may garble names and texts`,
  localeAdvice: 'set LANG to a locale for UTF-8, like en_US.UTF-8, and the terminal as well',
  name: (host: string, addresses: string) => `${host} is ${addresses}`,
  nameUnknown: (host: string, why: string) => `${host} has no address (${why})`,
  nameAdvice: 'is the name written right, and is this machine on the network?',
  server: (version: string, features: readonly string[]) =>
    `a salas ${version} answers, protocol 1${features.length === 0 ? '' : `; it offers ${features.join(', ')}`}`,
  bounds: (lineBytes: number, textBytes: number, count: number) =>
    `a line may have ${lineBytes} bytes, a text ${textBytes}; --json tells all ${count} bounds`,
  encrypted: 'the connection is encrypted, and the server is who it says',
  plain: 'the connection is not encrypted',
  plainAdvice: 'the server offers TLS: --tls',
  sameVersion: (version: string) => `this salas is ${version} too`,
  otherVersion: (version: string) => `this salas is ${version}; both speak the same protocol`,
  roundTrip: (median: string, least: string, most: string, count: number) =>
    `an answer takes ${median} ms (median of ${count}; ${least} to ${most})`,
  clock: (seconds: string, uncertainty: string) =>
    `the clocks agree: this one is ${seconds} s from the server's (± ${uncertainty} s)`,
  clockWrong: (seconds: string, uncertainty: string, ahead: boolean) =>
    `this clock is ${seconds} s ${ahead ? 'ahead of' : 'behind'} the server's (± ${uncertainty} s)`,
  clockAdvice: 'have both machines set their clocks by the network, for instance with "timedatectl set-ntp true"',
  noSession: 'nobody is logged in there; commands come as guests',
  session: (user: string) => `logged in as ${user}`,
  sessionOver: (user: string) => `the login as ${user} is over`,
  sessionAdvice: (user: string) => `"salas account login ${user}" logs in again`,
  refused: (why: string) => `the server refuses: ${why}`,
  waiting: (address: string) => `waiting for ${address}…`,
  well: 'all is well',
  unwell: (count: number) => `not well: ${count}`,
};

export type DoctorWords = typeof english;

const portuguese: DoctorWords = {
  node: (version) => `Node ${version}`,
  nodeOld: (version, needed) => `Node ${version} é antigo demais: salas precisa de ${needed}`,
  nodeAdvice: (needed) => `instale Node ${needed}, veja https://nodejs.org`,
  terminal: (type, columns, rows, colours) =>
    `terminal ${type}, ${columns} × ${rows}, ${colours ? 'com cores' : 'sem cores'}`,
  noTerminal: 'a saída não é um terminal: sem cores, sem progresso',
  locale: (locale) => `localidade ${locale}: português`,
  localePlain: (locale) => `a localidade ${locale} não é para UTF-8: um terminal pode estropiar nomes e textos`,
  localeAdvice: 'defina LANG com uma localidade para UTF-8, como pt_BR.UTF-8, e o terminal também',
  name: (host, addresses) => `${host} é ${addresses}`,
  nameUnknown: (host, why) => `${host} não tem endereço (${why})`,
  nameAdvice: 'o nome está escrito certo, e esta máquina está na rede?',
  server: (version, features) =>
    `um salas ${version} responde, protocolo 1${features.length === 0 ? '' : `; ele oferece ${features.join(', ')}`}`,
  bounds: (lineBytes, textBytes, count) =>
    `uma linha pode ter ${lineBytes} bytes, um texto ${textBytes}; --json diz todos os ${count} limites`,
  encrypted: 'a conexão é cifrada, e o servidor é quem diz ser',
  plain: 'a conexão não é cifrada',
  plainAdvice: 'o servidor oferece TLS: --tls',
  sameVersion: (version) => `este salas também é ${version}`,
  otherVersion: (version) => `este salas é ${version}; os dois falam o mesmo protocolo`,
  roundTrip: (median, least, most, count) =>
    `uma resposta leva ${median} ms (mediana de ${count}; de ${least} a ${most})`,
  clock: (seconds, uncertainty) =>
    `os relógios concordam: este está a ${seconds} s do relógio do servidor (± ${uncertainty} s)`,
  clockWrong: (seconds, uncertainty, ahead) =>
    `este relógio está ${seconds} s ${ahead ? 'adiantado' : 'atrasado'} em relação ao do servidor (± ${uncertainty} s)`,
  clockAdvice: 'acerte os relógios das duas máquinas pela rede, por exemplo com "timedatectl set-ntp true"',
  noSession: 'ninguém está autenticado lá; os comandos vêm como convidados',
  session: (user) => `autenticado como ${user}`,
  sessionOver: (user) => `a sessão de ${user} acabou`,
  sessionAdvice: (user) => `"salas account login ${user}" autentica de novo`,
  refused: (why) => `o servidor recusa: ${why}`,
  waiting: (address) => `esperando por ${address}…`,
  well: 'está tudo bem',
  unwell: (count) => `o que não está bem: ${count}`,
};

const words: Readonly<Record<Language, DoctorWords>> = { en: english, pt: portuguese };

export function doctorWordsIn(language: Language): DoctorWords {
  return words[language];
}
