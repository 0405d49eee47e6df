import type { Language } from '../../protocol/speech.js';

/** Everything `salas chat` says to people itself. */
const english = {
  connecting: 'connecting…',
  connected: 'connected',
  reconnecting: (seconds: number) => (seconds > 0 ? `reconnecting in ${seconds} s` : 'reconnecting…'),
  replaying: 'catching up…',
  waiting: (count: number) => `${count} to be sent`,
  loading: 'loading earlier messages…',
  newMessages: 'new',
  newBelow: (count: number) => (count > 0 ? `↓ ${count} new, Esc` : '↓ Esc'),
  members: (count: number, online: number) => `${count === 1 ? '1 member' : `${count} members`}, ${online} online`,
  privateWith: (user: string) => `private, with ${user}`,
  edited: '(edited)',
  deleted: '(deleted)',
  pasteLines: (count: number) => `${count} lines: Enter sends each as a message`,
  placeholder: 'write something, or /help',
  placeholderConsole: '/join ROOM, or /help',

  welcome: (user: string, address: string) => `You are ${user} on ${address}.`,
  roomsThere: 'The rooms:',
  noRooms: 'There are no rooms yet; /create ROOM makes one.',
  roomLine: (room: string, members: number, topic: string) =>
    `${room} (${members === 1 ? '1 member' : `${members} members`})${topic === '' ? '' : `: ${topic}`}`,
  howToJoin: '/join ROOM enters a room, Tab completes its name, /help tells the rest.',
  invitedHere: (by: string, room: string) => `${by} invites you: /join ${room}`,
  logReplaced: 'the log of this room was replaced, or is not kept that long; this is what there is',
  announcement: (text: string) => `the server: ${text}`,
  leftRoom: (room: string) => `you left ${room}`,
  putOut: (room: string, why: string) => `you are no longer in ${room}: ${why}`,
  done: 'done',
  topicIs: (topic: string) => (topic === '' ? 'there is no topic; /topic TEXT sets one' : `topic: ${topic}`),
  memberLine: (user: string, role: string, presence: string) => `${user} ${role}, ${presence}`,
  found: (count: number, query: string) =>
    count === 0
      ? `nothing found for "${query}"`
      : `${count} found for "${query}"; /goto SEQ shows what stands around one`,
  moreFound: (query: string, before: number) => `there are earlier ones: /search ${query} before:${before}`,
  unreadLine: (room: string, unread: number, mentions: number) =>
    `${room}: ${unread} unread${mentions > 0 ? `, ${mentions} of them with your name` : ''}`,
  nothingUnread: 'everything is read',
  notHere: 'that needs a room: /join ROOM',
  notInPrivate: 'that is for rooms, not for private conversations',
  notKnown: 'this server does not offer that',
  unknownCommand: (word: string) =>
    `there is no ${word}; /help lists the commands, and // sends a text that begins with /`,
  noSuchUser: (user: string) => `nobody here is called ${user}; give an id like ana#1, Tab completes it`,
  severalUsers: (users: string) => `there are several: ${users}`,
  usage: (usage: string) => `usage: ${usage}`,
  queueFull: (max: number) => `no more than ${max} messages can wait to be sent; try again when some are`,
  failed: (why: string) => `that failed: ${why}`,
  anotherClient: 'not in this program; see salas account --help',
  keysTitle: 'Keys:',
  commandsTitle: 'Commands (/help COMMAND tells about one; any other text is said):',
};

export type Texts = typeof english;

const portuguese: Texts = {
  connecting: 'conectando…',
  connected: 'conectado',
  reconnecting: (seconds) => (seconds > 0 ? `reconectando em ${seconds} s` : 'reconectando…'),
  replaying: 'recuperando o que faltou…',
  waiting: (count) => `${count} a enviar`,
  loading: 'carregando mensagens anteriores…',
  newMessages: 'novas',
  newBelow: (count) => (count > 0 ? `↓ ${count} novas, Esc` : '↓ Esc'),
  members: (count, online) => `${count === 1 ? '1 membro' : `${count} membros`}, ${online} online`,
  privateWith: (user) => `privada, com ${user}`,
  edited: '(editada)',
  deleted: '(apagada)',
  pasteLines: (count) => `${count} linhas: Enter envia cada uma como mensagem`,
  placeholder: 'escreva algo, ou /ajuda',
  placeholderConsole: '/entrar SALA, ou /ajuda',

  welcome: (user, address) => `Você é ${user} em ${address}.`,
  roomsThere: 'As salas:',
  noRooms: 'Ainda não há salas; /criar SALA cria uma.',
  roomLine: (room, members, topic) =>
    `${room} (${members === 1 ? '1 membro' : `${members} membros`})${topic === '' ? '' : `: ${topic}`}`,
  howToJoin: '/entrar SALA entra em uma sala, Tab completa o nome, /ajuda conta o resto.',
  invitedHere: (by, room) => `${by} convida você: /entrar ${room}`,
  logReplaced: 'o log desta sala foi substituído, ou não é guardado por tanto tempo; isto é o que há',
  announcement: (text) => `o servidor: ${text}`,
  leftRoom: (room) => `você saiu de ${room}`,
  putOut: (room, why) => `você não está mais em ${room}: ${why}`,
  done: 'feito',
  topicIs: (topic) => (topic === '' ? 'não há tópico; /topico TEXTO define um' : `tópico: ${topic}`),
  memberLine: (user, role, presence) => `${user} ${role}, ${presence}`,
  found: (count, query) =>
    count === 0
      ? `nada encontrado para "${query}"`
      : `${count} encontradas para "${query}"; /irpara SEQ mostra o que está em volta de uma`,
  moreFound: (query, before) => `há anteriores: /buscar ${query} before:${before}`,
  unreadLine: (room, unread, mentions) =>
    `${room}: ${unread} não lidas${mentions > 0 ? `, ${mentions} delas com o seu nome` : ''}`,
  nothingUnread: 'tudo está lido',
  notHere: 'isso precisa de uma sala: /entrar SALA',
  notInPrivate: 'isso é para salas, não para conversas privadas',
  notKnown: 'este servidor não oferece isso',
  unknownCommand: (word) => `não existe ${word}; /ajuda mostra os comandos, e // envia um texto que começa com /`,
  noSuchUser: (user) => `ninguém aqui se chama ${user}; dê um id como ana#1, Tab o completa`,
  severalUsers: (users) => `há vários: ${users}`,
  usage: (usage) => `uso: ${usage}`,
  queueFull: (max) => `não mais que ${max} mensagens podem esperar o envio; tente de novo quando algumas tiverem ido`,
  failed: (why) => `isso falhou: ${why}`,
  anotherClient: 'não neste programa; veja salas account --help',
  keysTitle: 'Teclas:',
  commandsTitle: 'Comandos (/ajuda COMANDO conta sobre um; outro texto é dito):',
};

export function textsIn(language: Language): Texts {
  return language === 'pt' ? portuguese : english;
}
