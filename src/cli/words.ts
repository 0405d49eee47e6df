import type { Language } from '../protocol/speech.js';

/** Everything the commands say to people, but for what the server says and what yargs says itself. */
const english = {
  about: 'A chat server whose rooms are actors, and commands to talk to one.',
  commandMissing: 'say what to do: one of the commands above',
  // yargs puts in how many were given and how many are needed.
  argumentsMissing: '%s of %s arguments given',

  serve: 'Runs the server until it is stopped (Ctrl-C)',
  send: 'Says a text in a room',
  history: 'Shows what was said in a room',
  users: 'Shows who is in a room',
  rooms: 'Shows the rooms',
  msg: 'Says a text to one user; both must be in the room',
  inbox: 'Shows the private messages of the user that --token brings back',

  admin: 'Looks after a data directory',
  adminCheck: 'Reads all files and tells what is wrong with them; a server may be running',
  adminBackup: 'Copies all data into a new directory; a server may be running',
  restore: 'Brings a copy of the data back, into a directory that has none',

  loadTest: 'Loads a server and checks all that its clients are told',

  argRoom: 'a room, like sala1',
  argText: 'the text; after -- it may begin with -',
  argUser: "a user's id, like ana#1",

  argBackup: 'the directory to make the copy in',
  argSource: 'the directory with the copy',

  groupUser: 'Server and user:',
  host: 'where the server is',
  port: 'its port',
  name: 'the name to take, for this command only',
  token: 'come back as a user who is registered, and stay',
  json: 'print the result as one line of JSON',
  limit: 'how many messages',
  before: 'the latest before this seq',
  after: 'the earliest after this seq',
  loadClients: 'how many clients',
  loadRooms: 'in how many rooms: sala1, sala2, …; the server must have them',
  loadRate: 'messages a second, of all clients together',
  loadSeconds: 'for how many seconds',
  loadPayload: 'bytes of a message, at least what tells it from others',
  loadServe: 'test a server of its own, on a directory that is removed afterwards',
  loadChaos: 'with --serve: kill the server while it is under load, as kill -9 does',
  loadKillEvery: 'with --chaos: after so many seconds each time',
  loadHtml: 'write a report with pictures into this file',
  serveHost: 'the address to listen on',
  servePort: 'the port to listen on; 0 takes any free one',
  data: 'the directory where everything is kept',
  configuredRooms: 'the rooms that are always there, separated by commas',
  floodRate: 'messages a second and user; 0 is no limit',
  roomThreads: 'threads for the rooms',
  drainSeconds: 'how long a stop may take: what is in flight is answered, clients are let go',
  roomThreadsDefault: 'the larger of the number of --rooms and 2 × cores',

  exampleServe: 'start the server',
  exampleServeRooms: 'with other rooms, on another port, for the whole network',
  exampleSend: 'say something in sala1',
  exampleDash: 'a text that begins with -',
  exampleHistory: 'the last 20 messages',
  exampleHistoryJson: 'all since seq 100, for a program',
  exampleUsers: 'who is in sala1',
  exampleRooms: 'all rooms',
  exampleMsg: 'a word to ana#1, who is in sala1 too',
  exampleInbox: 'the last 10 private messages',

  exampleLoad: 'a minute of 500 messages a second against a server of its own, killed every 5 s',
  exampleLoadHere: 'against a server that is running',
  exampleCheck: 'is everything there?',
  exampleBackup: 'a copy, named by the day',
  exampleRestore: 'start again from that copy',

  wholeNumber: (option: string, min: number, max: number) =>
    `--${option} must be a whole number ${max === Number.MAX_SAFE_INTEGER ? `from ${min}` : `from ${min} to ${max}`}`,

  columnRoom: 'ROOM',
  columnMembers: 'MEMBERS',
  columnSeq: 'SEQ',
  columnTopic: 'TOPIC',
  columnUser: 'USER',
  columnRole: 'ROLE',
  columnPresence: 'PRESENCE',
  columnMessages: 'MESSAGES',
  columnState: 'STATE',
  columnFile: 'FILE',
  whole: 'ok',
  backedUp: (files: number, bytes: number, directory: string) =>
    `${files} files, ${(bytes / 1e6).toFixed(1)} MB, copied to ${directory}`,
  restored: (rooms: number, directory: string) => `${rooms} rooms restored to ${directory}`,
  owner: 'owner',
  member: 'member',
  online: 'online',
  offline: 'offline',

  loadProgress: (second: number, seconds: number, answered: number) =>
    `${second} of ${seconds} s, ${answered} messages answered`,
  loadWhat: 'WHAT',
  loadFigure: 'FIGURE',
  loadSaid: 'messages sent',
  loadAnswered: 'answered',
  loadDelivered: 'delivered',
  loadErrors: 'errors',
  loadKills: 'server killed',
  loadReconnections: 'attempts to come back',
  loadMaxPause: 'longest time without an answer',
  loadAnswerLatency: 'answer: p50, p99, max',
  loadDeliveryLatency: 'delivery: p50, p99, max',
  loadLost: 'answered, not in the log',
  loadDoubled: 'told or logged twice',
  loadReordered: 'out of order',
  loadGap: 'gaps',
  loadAltered: 'not what others read',
  loadMisdelivered: 'private, told to others',
  loadReplaced: 'logs replaced',
  loadOk: 'nothing was wrong',
  loadWrong: 'something was wrong',

  noMessages: 'no messages',
  newInbox: 'a new user has no messages; give --token to see those of a user who is registered',
  moreBefore: (seq: number) => `there are earlier ones: --before ${seq}`,
  moreAfter: (seq: number) => `there are later ones: --after ${seq}`,
  receiverOffline: (user: string) => `${user} is offline; the message waits for them`,

  unreachable: (address: string, why: string) =>
    `no server answers at ${address} (${why}); is it running? "salas serve" starts one`,
  lost: (why: string) =>
    `the connection was lost before the answer (${why}); it is unknown whether the command took effect`,
  timedOut: 'the server did not answer in time; it is unknown whether the command took effect',
};

export type Words = typeof english;

const portuguese: Words = {
  about: 'Um servidor de chat cujas salas são atores, e comandos para falar com ele.',
  commandMissing: 'diga o que fazer: um dos comandos acima',
  argumentsMissing: '%s de %s argumentos dados',

  serve: 'Executa o servidor até ser parado (Ctrl-C)',
  send: 'Diz um texto em uma sala',
  history: 'Mostra o que foi dito em uma sala',
  users: 'Mostra quem está em uma sala',
  rooms: 'Mostra as salas',
  msg: 'Diz um texto a um só usuário; os dois devem estar na sala',
  inbox: 'Mostra as mensagens privadas do usuário que --token traz de volta',

  admin: 'Cuida de um diretório de dados',
  adminCheck: 'Lê todos os arquivos e diz o que há de errado neles; um servidor pode estar no ar',
  adminBackup: 'Copia todos os dados para um novo diretório; um servidor pode estar no ar',
  restore: 'Traz de volta uma cópia dos dados, para um diretório que não tem nenhum',

  loadTest: 'Dá carga a um servidor e confere tudo o que os clientes recebem',

  argRoom: 'uma sala, como sala1',
  argText: 'o texto; depois de -- ele pode começar com -',
  argUser: 'o id de um usuário, como ana#1',

  argBackup: 'o diretório em que fazer a cópia',
  argSource: 'o diretório com a cópia',

  groupUser: 'Servidor e usuário:',
  host: 'onde o servidor está',
  port: 'a porta dele',
  name: 'o nome a usar, só neste comando',
  token: 'voltar como um usuário já registrado, e continuar assim',
  json: 'imprimir o resultado como uma linha de JSON',
  limit: 'quantas mensagens',
  before: 'as últimas antes deste seq',
  after: 'as primeiras depois deste seq',
  loadClients: 'quantos clientes',
  loadRooms: 'em quantas salas: sala1, sala2, …; o servidor deve tê-las',
  loadRate: 'mensagens por segundo, de todos os clientes juntos',
  loadSeconds: 'por quantos segundos',
  loadPayload: 'bytes de uma mensagem, no mínimo o que a distingue das outras',
  loadServe: 'testar um servidor próprio, em um diretório removido depois',
  loadChaos: 'com --serve: matar o servidor sob carga, como faz kill -9',
  loadKillEvery: 'com --chaos: a cada tantos segundos',
  loadHtml: 'escrever um relatório com gráficos neste arquivo',
  serveHost: 'o endereço em que escutar',
  servePort: 'a porta em que escutar; 0 escolhe uma livre',
  data: 'o diretório onde tudo fica guardado',
  configuredRooms: 'as salas que sempre existem, separadas por vírgulas',
  floodRate: 'mensagens por segundo e usuário; 0 é sem limite',
  roomThreads: 'threads para as salas',
  drainSeconds: 'quanto uma parada pode demorar: o que está em curso é respondido, os clientes são liberados',
  roomThreadsDefault: 'o maior entre o número de --rooms e 2 × núcleos',

  exampleServe: 'inicia o servidor',
  exampleServeRooms: 'com outras salas, em outra porta, para toda a rede',
  exampleSend: 'diz algo na sala1',
  exampleDash: 'um texto que começa com -',
  exampleHistory: 'as últimas 20 mensagens',
  exampleHistoryJson: 'todas desde o seq 100, para um programa',
  exampleUsers: 'quem está na sala1',
  exampleRooms: 'todas as salas',
  exampleMsg: 'uma palavra a ana#1, que também está na sala1',
  exampleInbox: 'as últimas 10 mensagens privadas',

  exampleLoad: 'um minuto de 500 mensagens por segundo em um servidor próprio, morto a cada 5 s',
  exampleLoadHere: 'em um servidor que está no ar',
  exampleCheck: 'está tudo aí?',
  exampleBackup: 'uma cópia, com o nome do dia',
  exampleRestore: 'recomeça daquela cópia',

  wholeNumber: (option, min, max) =>
    `--${option} deve ser um número inteiro ${max === Number.MAX_SAFE_INTEGER ? `a partir de ${min}` : `de ${min} a ${max}`}`,

  columnRoom: 'SALA',
  columnMembers: 'MEMBROS',
  columnSeq: 'SEQ',
  columnTopic: 'TÓPICO',
  columnUser: 'USUÁRIO',
  columnRole: 'PAPEL',
  columnPresence: 'PRESENÇA',
  columnMessages: 'MENSAGENS',
  columnState: 'ESTADO',
  columnFile: 'ARQUIVO',
  whole: 'ok',
  backedUp: (files, bytes, directory) =>
    `${files} arquivos, ${(bytes / 1e6).toFixed(1)} MB, copiados para ${directory}`,
  restored: (rooms, directory) => `${rooms} salas restauradas em ${directory}`,
  owner: 'dono',
  member: 'membro',
  online: 'online',
  offline: 'offline',

  loadProgress: (second, seconds, answered) => `${second} de ${seconds} s, ${answered} mensagens respondidas`,
  loadWhat: 'O QUÊ',
  loadFigure: 'VALOR',
  loadSaid: 'mensagens enviadas',
  loadAnswered: 'respondidas',
  loadDelivered: 'entregues',
  loadErrors: 'erros',
  loadKills: 'servidor morto',
  loadReconnections: 'tentativas de voltar',
  loadMaxPause: 'maior tempo sem resposta',
  loadAnswerLatency: 'resposta: p50, p99, máx',
  loadDeliveryLatency: 'entrega: p50, p99, máx',
  loadLost: 'respondidas, fora do registro',
  loadDoubled: 'recebidas ou registradas duas vezes',
  loadReordered: 'fora de ordem',
  loadGap: 'lacunas',
  loadAltered: 'diferentes do que outros leem',
  loadMisdelivered: 'privadas, recebidas por outros',
  loadReplaced: 'registros trocados',
  loadOk: 'nada estava errado',
  loadWrong: 'algo estava errado',

  noMessages: 'nenhuma mensagem',
  newInbox: 'um usuário novo não tem mensagens; use --token para ver as de um usuário já registrado',
  moreBefore: (seq) => `há anteriores: --before ${seq}`,
  moreAfter: (seq) => `há posteriores: --after ${seq}`,
  receiverOffline: (user) => `${user} está offline; a mensagem fica à espera`,

  unreachable: (address, why) =>
    `nenhum servidor responde em ${address} (${why}); ele está no ar? "salas serve" inicia um`,
  lost: (why) => `a conexão caiu antes da resposta (${why}); não se sabe se o comando teve efeito`,
  timedOut: 'o servidor não respondeu a tempo; não se sabe se o comando teve efeito',
};

export function wordsIn(language: Language): Words {
  return language === 'pt' ? portuguese : english;
}

/** The language of a person with this environment, by the first of the variables that is set (POSIX). */
export function languageOf(env: NodeJS.ProcessEnv): Language {
  const locale = [env.LC_ALL, env.LC_MESSAGES, env.LANG].find((value) => value !== undefined && value !== '');
  return locale !== undefined && /^pt/i.test(locale) ? 'pt' : 'en';
}
