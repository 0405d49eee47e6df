import yargs, { type Argv, type Options } from 'yargs';
import { banMinutesMax, faults, logLevels } from '../protocol/control.js';
import { roles } from '../protocol/events.js';
import { defaultLimits } from '../protocol/limits.js';
import type { Visit } from './account-visit.js';
import { momentArgument, originArgument, unmarked, wholeNumber } from './arguments.js';
import type { PasswordKind } from './ask-password.js';
import { type CommandOutline, type Declaration, outline } from './command-outline.js';
import { fileVariable, type Given } from './configuration.js';
import { defaultName } from './default-name.js';
import { exportFormats } from './export/formats.js';
import { languageOf, languages } from './language.js';
import type { Coming, OneShot, OneShotOptions } from './one-shot.js';
import { type SettingName, type Settings, settingNames, settingOf, variableOf } from './settings.js';
import { shells } from './shells.js';
import { version } from './version.js';
import { wordsIn } from './words.js';

/** The command line. Each command's own module is loaded only when the command is called. */

const language = languageOf(process.argv.slice(2), process.env);
const words = wordsIn(language);
const widthMax = 100;
const portMax = 65_535;
const limitMax = 1_000_000;
const waitSecondsMax = 86_400;
/** As long as a call of the client library waits. */
const oneShotWaitSeconds = 30;
/** As long as the server remembers who is away. */
const listenWaitSeconds = defaultLimits.resumeSeconds;
const doctorWaitSeconds = 10;
const loadClientsMax = 10_000;
const loadRoomsMax = 1000;
const loadSecondsMax = 86_400;

// yargs wants both numbers of a text that has a count, which its types leave out.
const argumentsMissing = { one: words.argumentsMissing, other: words.argumentsMissing } as unknown as string;

export class UsageError extends Error {}

const trustOptions = {
  tls: { type: 'boolean', describe: words.tls },
  ca: { type: 'string', requiresArg: true, describe: words.ca },
} as const;

/** The options of every command that talks to a server. */
function serverOptions(waitSeconds: number, waits: string, json: string) {
  return {
    host: { type: 'string', default: '127.0.0.1', requiresArg: true, describe: words.host },
    port: {
      type: 'string',
      default: '4242',
      requiresArg: true,
      describe: words.port,
      coerce: wholeNumber('port', words, 1, portMax),
    },
    ...trustOptions,
    wait: {
      type: 'string',
      default: String(waitSeconds),
      requiresArg: true,
      describe: waits,
      coerce: wholeNumber('wait', words, 1, waitSecondsMax),
    },
    json: { type: 'boolean', default: false, describe: json },
  } as const;
}

const nameOption = {
  name: { type: 'string', defaultDescription: words.nameDefault, requiresArg: true, describe: words.name },
} as const;
const tokenOption = { token: { type: 'string', requiresArg: true, describe: words.token } } as const;

/** The options of every command that talks to a server as some user. */
function userOptions<Known>(command: Argv<Known>, waitSeconds: number, waits: string, json: string) {
  return grouped(command, { ...serverOptions(waitSeconds, waits, json), ...nameOption, ...tokenOption });
}

function grouped<Known, Added extends Record<string, Options>>(command: Argv<Known>, options: Added) {
  return command.options(options).group(Object.keys(options), words.groupUser);
}

/** The options of the commands about an account. */
function accountOptions<Known>(command: Argv<Known>) {
  return grouped(command, { ...serverOptions(oneShotWaitSeconds, words.wait, words.json), ...tokenOption });
}

/** The options of every command that asks a server one thing. */
function oneShotOptions<Known>(command: Argv<Known>) {
  return userOptions(command, oneShotWaitSeconds, words.wait, words.json);
}

function roomPosition<Known>(command: Argv<Known>) {
  return command.positional('room', { type: 'string', demandOption: true, describe: words.argRoom });
}

function textPosition<Known>(command: Argv<Known>) {
  return command.positional('text', { type: 'string', demandOption: true, describe: words.argText });
}

function addressPosition<Known>(command: Argv<Known>) {
  return command.positional('address', { type: 'string', demandOption: true, describe: words.argAddress });
}

/** An option that takes a whole number from `min`. */
function count(option: string, min: number, describe: string) {
  return { type: 'string', requiresArg: true, describe, coerce: wholeNumber(option, words, min) } as const;
}

function pageOptions<Known>(command: Argv<Known>) {
  return command
    .options({
      limit: count('limit', 1, words.limit),
      before: count('before', 0, words.before),
      after: count('after', 0, words.after),
    })
    .conflicts('before', 'after');
}

/** The options of the commands that work on a data directory. */
function adminOptions<Known>(command: Argv<Known>) {
  return command.options({
    data: {
      type: 'string',
      default: process.env[variableOf('data')] || 'data',
      requiresArg: true,
      describe: words.data,
    },
    json: { type: 'boolean', default: false, describe: words.json },
  });
}

const jsonOption = { type: 'boolean', default: false, describe: words.json } as const;

/** The daemon's settings as flags. What is not given has no value here: it may come from elsewhere. */
function settingsOptions<Known>(command: Argv<Known>) {
  for (const name of settingNames) command.option(name, settingFlag(name));
  return command.option('config', { type: 'string', requiresArg: true, describe: words.configFile });
}

function settingFlag(name: SettingName) {
  const { kind, byDefault, otherwise, about } = settingOf(name);
  const described = {
    describe: words[about],
    defaultDescription: otherwise === undefined ? String(byDefault) : words[otherwise],
  };
  if (kind.isSwitch) return { ...described, type: 'boolean' } as const;
  const read = (said: string) => {
    const reading = kind.read(kind.fromText(unmarked(said)), language);
    if ('wrong' in reading) throw new Error(`--${name} ${reading.wrong}`);
    return reading.value;
  };
  const choices = kind.choices === undefined ? {} : { choices: kind.choices };
  return { ...described, ...choices, type: 'string', requiresArg: true, coerce: read } as const;
}

/** What the command line and the environment say about the settings. */
function givenBy(parsed: { readonly config?: string | undefined }): Given {
  const values = parsed as Record<string, unknown>;
  const given = settingNames.filter((name) => values[name] !== undefined).map((name) => [name, values[name]]);
  const flags = Object.fromEntries(given) as Partial<Settings>;
  return { flags, env: process.env, file: parsed.config ?? (process.env[fileVariable] || undefined) };
}

type RunOptions = Omit<OneShotOptions, 'language' | 'name' | 'token'> & {
  readonly name?: string | undefined;
  readonly token?: string | undefined;
};

async function run<Result>(command: OneShot<Result>, options: RunOptions): Promise<void> {
  const { asVisitor, runOneShot } = await import('./one-shot.js');
  process.exitCode = await runOneShot(command, await visitor(options), asVisitor);
}

/** Runs a command about an account, by default for a user who is registered already. */
async function runAccount<Result>(
  command: OneShot<Result, Visit>,
  options: RunOptions,
  come?: Coming<Visit>,
): Promise<void> {
  const [{ runOneShot }, { asKnown }] = await Promise.all([import('./one-shot.js'), import('./account-visit.js')]);
  process.exitCode = await runOneShot(command, await visitor(options), come ?? asKnown);
}

/** Who comes to the server: whom a token or a name tells, else who is logged in there, else a new user. */
async function visitor<Given extends RunOptions>(options: Given) {
  const { name, token } = options;
  const { savedSession } = await import('./saved-session.js');
  const saved = name === undefined && token === undefined ? await savedSession(options) : undefined;
  return { ...options, name: name ?? defaultName(), token: token ?? saved?.token, language };
}

/** Asks for passwords, as many as there are `kinds`. */
async function passwords(...kinds: readonly PasswordKind[]): Promise<readonly string[]> {
  const { askPasswords } = await import('./ask-password.js');
  const asked = await askPasswords(kinds, words);
  if ('failed' in asked) throw new UsageError(asked.failed);
  return asked.passwords;
}

const parserConfiguration = { 'duplicate-arguments-array': false, 'dot-notation': false };

/** Where a command takes any number of arguments, yargs makes lists of options given twice, too: the last one counts. */
function lastGiven<Given extends object>(options: Given): Given {
  const entries = Object.entries(options).map(([name, value]) => [name, [value].flat().at(-1)]);
  return Object.fromEntries(entries) as Given;
}

export const commandLine = yargs()
  .scriptName('salas')
  .locale(language === 'pt' ? 'pt_BR' : 'en')
  .updateStrings({
    'Not enough non-option arguments: got %s, need at least %s': argumentsMissing,
    'Unknown command: %s': { one: words.commandUnknown, other: words.commandsUnknown } as unknown as string,
    deprecated: words.deprecated,
    'deprecated: %s': `${words.deprecated}: %s`,
  })
  .usage(`$0 <command>\n\n${words.about}`)
  .parserConfiguration(parserConfiguration)
  .command(
    'serve',
    words.serve,
    (command) =>
      settingsOptions(command)
        .example('$0 serve', words.exampleServe)
        .example('$0 serve --rooms geral,avisos --host 0.0.0.0 --port 5000', words.exampleServeRooms)
        .example('$0 serve --host 0.0.0.0 --tls-cert cert.pem --tls-key key.pem --tls-only', words.exampleServeTls)
        .example('$0 serve --config salas.yaml', words.exampleServeConfig),
    async (parsed) => (await import('./serve.js')).serve(givenBy(parsed), language),
  )
  .command('config', words.config, (command) =>
    command
      .command(
        'print',
        words.configPrint,
        (command) =>
          settingsOptions(command)
            .option('json', jsonOption)
            .example('$0 config print --config salas.yaml', words.exampleConfigPrint),
        async ({ json, ...parsed }) => {
          process.exitCode = await (await import('./config.js')).print(givenBy(parsed), { json, language });
        },
      )
      .command(
        'check',
        words.configCheck,
        (command) =>
          settingsOptions(command)
            .option('json', jsonOption)
            .example('$0 config check --config salas.yaml', words.exampleConfigCheck),
        async ({ json, ...parsed }) => {
          process.exitCode = await (await import('./config.js')).check(givenBy(parsed), { json, language });
        },
      )
      .example('$0 config print --config salas.yaml', words.exampleConfigPrint)
      .example('$0 config check --config salas.yaml', words.exampleConfigCheck)
      .demandCommand(1, words.commandMissing),
  )
  .command(
    'chat [rooms..]',
    words.chat,
    (command) =>
      userOptions(
        command
          .parserConfiguration({ ...parserConfiguration, 'duplicate-arguments-array': true })
          .positional('rooms', { type: 'string', array: true, default: [], describe: words.argChatRooms }),
        listenWaitSeconds,
        words.waitAway,
        words.jsonEvents,
      )
        .option('theme', {
          choices: ['auto', 'dark', 'light'] as const,
          default: 'auto' as const,
          describe: words.theme,
        })
        .example('$0 chat sala1', words.exampleChat)
        .example('$0 chat sala1 sala2 --name ana', words.exampleChatRooms)
        .example('$0 chat sala1 < news.txt | tee log', words.exampleChatPipe),
    async ({ rooms, ...options }) => {
      const { chat } = await import('./chat.js');
      process.exitCode = await chat(rooms.map(unmarked), await visitor(lastGiven(options)));
    },
  )
  .command(
    'listen <rooms>',
    words.listen,
    (command) =>
      userOptions(
        command.positional('rooms', { type: 'string', demandOption: true, describe: words.argRooms }),
        listenWaitSeconds,
        words.waitAway,
        words.jsonEvents,
      )
        .example('$0 listen sala1,sala2', words.exampleListen)
        .example('$0 listen sala1 --json | jq .params', words.exampleListenJson),
    async ({ rooms, ...options }) => {
      const { listen } = await import('./listen.js');
      process.exitCode = await listen(rooms.split(','), await visitor(options));
    },
  )
  .command(
    'send <room> <text>',
    words.send,
    (command) =>
      oneShotOptions(textPosition(roomPosition(command)))
        .option('reply-to', count('reply-to', 1, words.replyTo))
        .example('$0 send sala1 "oi, gente"', words.exampleSend)
        .example('$0 send sala1 --reply-to 42 "concordo"', words.exampleReply)
        .example('$0 send sala1 --name ana -- -1', words.exampleDash),
    async ({ room, text, replyTo, ...options }) => run((await import('./send.js')).send(room, text, replyTo), options),
  )
  .command(
    'history <room>',
    words.history,
    (command) =>
      oneShotOptions(pageOptions(roomPosition(command)).option('around', count('around', 0, words.around)))
        .conflicts('around', ['before', 'after'])
        .example('$0 history sala1 --limit 20', words.exampleHistory)
        .example('$0 history sala1 --after 100 --json', words.exampleHistoryJson),
    async ({ room, limit, before, after, around, ...options }) =>
      run((await import('./history.js')).history(room, { limit, before, after, around }), options),
  )
  .command(
    'unread',
    words.unread,
    (command) => oneShotOptions(command).example('$0 unread --token "$TOKEN"', words.exampleUnread),
    async (options) => {
      const who = await visitor(options);
      await run((await import('./unread.js')).unread(who.token !== undefined), who);
    },
  )
  .command(
    'export <room>',
    words.export,
    (command) => {
      const moment = (option: string, describe: string) =>
        ({ type: 'string', requiresArg: true, describe, coerce: momentArgument(option, words) }) as const;
      return userOptions(roomPosition(command), listenWaitSeconds, words.waitAway, words.exportJson)
        .options({
          format: {
            choices: exportFormats,
            default: 'jsonl' as const,
            requiresArg: true,
            describe: words.exportFormat,
          },
          since: moment('since', words.since),
          until: moment('until', words.untilMoment),
          output: { type: 'string', alias: 'o', requiresArg: true, describe: words.exportOutput },
        })
        .example('$0 export sala1 --format html --output sala1.html', words.exampleExport)
        .example('$0 export sala1 --since 2026-11-01 --until 2026-12-01 > november.jsonl', words.exampleExportMonth);
    },
    async ({ room, format, since, until, output, ...options }) => {
      const { exportRoom } = await import('./export/export.js');
      const what = { format: options.json ? ('jsonl' as const) : format, since, until, output };
      process.exitCode = await exportRoom(room, what, await visitor(options));
    },
  )
  .command(
    'search <words..>',
    words.search,
    (command) =>
      oneShotOptions(
        command
          .positional('words', { type: 'string', array: true, demandOption: true, describe: words.argWords })
          .options({
            private: { type: 'boolean', default: false, describe: words.searchPrivate },
            limit: { type: 'string', requiresArg: true, describe: words.limit, coerce: wholeNumber('limit', words, 1) },
            before: {
              type: 'string',
              requiresArg: true,
              describe: words.before,
              coerce: wholeNumber('before', words, 0),
            },
          }),
      )
        // yargs would keep the last word only.
        .parserConfiguration({ 'duplicate-arguments-array': true, 'dot-notation': false })
        .check((parsed) => {
          // Then an option given twice is a list as well.
          for (const [name, value] of Object.entries(parsed)) {
            if (Array.isArray(value) && name !== 'words' && name !== '_') throw new UsageError(words.givenTwice(name));
          }
          if (!parsed.private && parsed.words.length < 2) throw new UsageError(words.searchMissing);
          return true;
        })
        .example('$0 search sala1 bolo receita', words.exampleSearch)
        .example(`$0 search sala1 '"bom dia"' --json`, words.exampleSearchPhrase)
        .example('$0 search --private "rece*"', words.exampleSearchPrivate),
    async ({ words: given, private: inbox, limit, before, ...options }) => {
      const { search, searchInbox } = await import('./search.js');
      const [first = '', ...rest] = given.map(unmarked);
      if (inbox) await run(searchInbox([first, ...rest].join(' '), { limit, before }), options);
      else await run(search(first, rest.join(' '), { limit, before }), options);
    },
  )
  .command(
    'import <room> <file>',
    words.import,
    (command) =>
      adminOptions(
        roomPosition(command).positional('file', { type: 'string', demandOption: true, describe: words.argImport }),
      )
        .option('origin', {
          type: 'string',
          default: 'import',
          requiresArg: true,
          describe: words.importOrigin,
          coerce: originArgument('origin', words),
        })
        .example('$0 import sala9 sala1.jsonl', words.exampleImport)
        .example('ssh escola salas export sala1 | $0 import sala9 - --origin escola', words.exampleImportPipe),
    async ({ room, file, origin, data, json }) => {
      const { importRoom } = await import('./import/import.js');
      process.exitCode = await importRoom(room, file, origin, { data, json, language });
    },
  )
  .command(
    'users <room>',
    words.users,
    (command) => oneShotOptions(roomPosition(command)).example('$0 users sala1', words.exampleUsers),
    async ({ room, ...options }) => run((await import('./users.js')).users(room), options),
  )
  .command(
    'rooms',
    words.rooms,
    (command) => oneShotOptions(command).example('$0 rooms', words.exampleRooms),
    async (options) => run((await import('./rooms.js')).rooms(), options),
  )
  .command(
    'msg <room> <userid> <text>',
    words.msg,
    (command) =>
      oneShotOptions(
        textPosition(
          roomPosition(command).positional('userid', { type: 'string', demandOption: true, describe: words.argUser }),
        ),
      ).example('$0 msg sala1 ana#1 "psst"', words.exampleMsg),
    async ({ room, userid, text, ...options }) => run((await import('./msg.js')).msg(room, userid, text), options),
  )
  .command(
    'inbox',
    words.inbox,
    (command) =>
      oneShotOptions(pageOptions(command)).example('$0 inbox --token "$TOKEN" --limit 10', words.exampleInbox),
    async ({ limit, before, after, ...options }) => {
      const who = await visitor(options);
      await run((await import('./inbox.js')).inbox({ limit, before, after }, who.token !== undefined), who);
    },
  )
  .command('account', words.account, (command) =>
    command
      .command(
        'create',
        words.accountCreate,
        (command) =>
          grouped(accountOptions(command), {
            name: { ...nameOption.name, describe: words.nameOfAccount },
            reserve: { type: 'boolean', default: false, describe: words.reserve },
          })
            .conflicts('name', 'token')
            .example('$0 account create --name ana --reserve', words.exampleCreate),
        async ({ reserve, ...options }) => {
          const [password] = (await passwords('new')) as [string];
          const [{ createAccount }, { settle }] = await Promise.all([
            import('./account.js'),
            import('./account-visit.js'),
          ]);
          await runAccount(createAccount(password, reserve, options), options, settle);
        },
      )
      .command(
        'login <userid>',
        words.accountLogin,
        (command) =>
          grouped(
            command.positional('userid', { type: 'string', demandOption: true, describe: words.argAccount }),
            serverOptions(oneShotWaitSeconds, words.wait, words.json),
          )
            .example('$0 account login ana#1', words.exampleLogin)
            .example('$0 account login ana < password.txt', words.exampleLoginPipe),
        async ({ userid, ...options }) => {
          const [password] = (await passwords('current')) as [string];
          const [{ keepLogin }, { logIn }] = await Promise.all([import('./account.js'), import('./account-visit.js')]);
          await runAccount(keepLogin(options), options, logIn(userid, password));
        },
      )
      .command(
        'password',
        words.accountPassword,
        (command) => accountOptions(command).example('$0 account password', words.examplePassword),
        async (options) => {
          const [password, fresh] = (await passwords('current', 'new')) as [string, string];
          await runAccount((await import('./account.js')).changePassword(password, fresh), options);
        },
      )
      .command(
        'delete',
        words.accountDelete,
        (command) => accountOptions(command).example('$0 account delete', words.exampleDelete),
        async (options) => {
          const [password] = (await passwords('current')) as [string];
          await runAccount((await import('./account.js')).deleteAccount(password, options), options);
        },
      )
      .command(
        'sessions',
        words.accountSessions,
        (command) => accountOptions(command).example('$0 account sessions', words.exampleAccountSessions),
        async (options) => runAccount((await import('./account.js')).sessions(), options),
      )
      .command(
        'revoke [session]',
        words.accountRevoke,
        (command) =>
          accountOptions(command.positional('session', { type: 'string', describe: words.argSession }))
            .example('$0 account revoke 86f7e437faa5a7fc', words.exampleRevoke)
            .example('$0 account revoke', words.exampleLogout),
        async ({ session, ...options }) => runAccount((await import('./account.js')).revoke(session, options), options),
      )
      .example('$0 account create --name ana --reserve', words.exampleCreate)
      .example('$0 account login ana#1', words.exampleLogin)
      .demandCommand(1, words.commandMissing),
  )
  .command('admin', words.admin, (command) =>
    command
      .command(
        'check',
        words.adminCheck,
        (command) => adminOptions(command).example('$0 admin check --data data', words.exampleCheck),
        async ({ data, json }) => {
          process.exitCode = (await import('./admin.js')).check({ data, json, language });
        },
      )
      .command(
        'backup <directory>',
        words.adminBackup,
        (command) =>
          adminOptions(
            command.positional('directory', { type: 'string', demandOption: true, describe: words.argBackup }),
          ).example('$0 admin backup /backups/2026-11-22', words.exampleBackup),
        async ({ directory, data, json }) => {
          process.exitCode = (await import('./admin.js')).backup(directory, { data, json, language });
        },
      )
      .command(
        'status',
        words.adminStatus,
        (command) =>
          adminOptions(command)
            .example('$0 admin status', words.exampleStatus)
            .example('$0 admin status --json', words.exampleStatusJson),
        async ({ data, json }) => {
          process.exitCode = await (await import('./operator.js')).status({ data, json, language });
        },
      )
      .command(
        'top',
        words.adminTop,
        (command) => adminOptions(command).example('$0 admin top', words.exampleTop),
        async ({ data, json }) => {
          process.exitCode = await (await import('./top.js')).top({ data, json, language });
        },
      )
      .command(
        'rooms',
        words.adminRooms,
        (command) => adminOptions(command).example('$0 admin rooms', words.exampleAdminRooms),
        async ({ data, json }) => {
          process.exitCode = await (await import('./operator.js')).listRooms({ data, json, language });
        },
      )
      .command(
        'users',
        words.adminUsers,
        (command) => adminOptions(command).example('$0 admin users', words.exampleAdminUsers),
        async ({ data, json }) => {
          process.exitCode = await (await import('./operator.js')).listUsers({ data, json, language });
        },
      )
      .command(
        'sessions [userid]',
        words.adminSessions,
        (command) =>
          adminOptions(command.positional('userid', { type: 'string', describe: words.argSessionsOf })).example(
            '$0 admin sessions ana#1',
            words.exampleSessions,
          ),
        async ({ userid, data, json }) => {
          process.exitCode = await (await import('./operator.js')).listSessions(userid, { data, json, language });
        },
      )
      .command(
        'kick <who>',
        words.adminKick,
        (command) =>
          adminOptions(
            command.positional('who', { type: 'string', demandOption: true, describe: words.argSessionOrUser }),
          )
            .options({ reason: { type: 'string', requiresArg: true, describe: words.reason } })
            .example('$0 admin kick ana#1', words.exampleKick)
            .example('$0 admin kick 17 --reason "spam"', words.exampleKickSession),
        async ({ who, reason, data, json }) => {
          process.exitCode = await (await import('./operator.js')).kick(who, reason, { data, json, language });
        },
      )
      .command(
        'ban-address <address>',
        words.adminBanAddress,
        (command) =>
          adminOptions(addressPosition(command))
            .options({
              minutes: {
                type: 'string',
                requiresArg: true,
                describe: words.banMinutes,
                coerce: wholeNumber('minutes', words, 1, banMinutesMax),
              },
              reason: { type: 'string', requiresArg: true, describe: words.reason },
            })
            .example('$0 admin ban-address 192.0.2.0/24 --minutes 60', words.exampleBan),
        async ({ address, minutes, reason, data, json }) => {
          const { banAddress } = await import('./operator.js');
          process.exitCode = await banAddress(address, { minutes, reason }, { data, json, language });
        },
      )
      .command(
        'unban-address <address>',
        words.adminUnbanAddress,
        (command) =>
          adminOptions(addressPosition(command)).example('$0 admin unban-address 192.0.2.0/24', words.exampleUnban),
        async ({ address, data, json }) => {
          process.exitCode = await (await import('./operator.js')).unbanAddress(address, { data, json, language });
        },
      )
      .command(
        'addresses',
        words.adminAddresses,
        (command) => adminOptions(command).example('$0 admin addresses', words.exampleAddresses),
        async ({ data, json }) => {
          process.exitCode = await (await import('./operator.js')).listAddresses({ data, json, language });
        },
      )
      .command(
        'announce <text>',
        words.adminAnnounce,
        (command) =>
          adminOptions(
            command.positional('text', { type: 'string', demandOption: true, describe: words.argAnnouncement }),
          ).example('$0 admin announce "back in five minutes"', words.exampleAnnounce),
        async ({ text, data, json }) => {
          process.exitCode = await (await import('./operator.js')).announce(text, { data, json, language });
        },
      )
      .command(
        'log-level [level]',
        words.adminLogLevel,
        (command) =>
          adminOptions(command.positional('level', { choices: logLevels, describe: words.argLogLevel })).example(
            '$0 admin log-level warn',
            words.exampleLogLevel,
          ),
        async ({ level, data, json }) => {
          process.exitCode = await (await import('./operator.js')).logLevel(level, { data, json, language });
        },
      )
      .command(
        'drain',
        words.adminDrain,
        (command) => adminOptions(command).example('$0 admin drain', words.exampleDrain),
        async ({ data, json }) => {
          process.exitCode = await (await import('./operator.js')).drain({ data, json, language });
        },
      )
      .command(
        'chaos <fault> [room]',
        words.adminChaos,
        (command) =>
          adminOptions(
            command
              .positional('fault', { choices: faults, demandOption: true, describe: words.argFault })
              .positional('room', { type: 'string', describe: words.argFaultRoom }),
          )
            .options({
              ms: {
                type: 'string',
                requiresArg: true,
                describe: words.faultMs,
                coerce: wholeNumber('ms', words, 0),
              },
            })
            .example('$0 admin chaos crash-room sala1', words.exampleCrash)
            .example('$0 admin chaos slow-disk sala1 --ms 50', words.exampleSlowDisk),
        async ({ fault, room, ms, data, json }) => {
          const { injectFault } = await import('./operator.js');
          process.exitCode = await injectFault(fault, { room, ms }, { data, json, language });
        },
      )
      .command(
        'audit [room]',
        words.adminAudit,
        (command) =>
          adminOptions(command.positional('room', { type: 'string', describe: words.argRoom }))
            .option('limit', {
              type: 'string',
              default: '1000',
              requiresArg: true,
              describe: words.auditLimit,
              coerce: wholeNumber('limit', words, 1, limitMax),
            })
            .example('$0 admin audit sala1 --json', words.exampleAudit),
        async ({ room, limit, data, json }) => {
          process.exitCode = (await import('./audit.js')).audit(room, limit, { data, json, language });
        },
      )
      .command(
        'role <room> <userid> <role>',
        words.adminRole,
        (command) =>
          adminOptions(
            roomPosition(command)
              .positional('userid', { type: 'string', demandOption: true, describe: words.argUser })
              .positional('role', { choices: roles, demandOption: true, describe: words.argRole }),
          ).example('$0 admin role sala1 ana#1 moderator', words.exampleRole),
        async ({ room, userid, role, data, json }) => {
          process.exitCode = (await import('./appoint.js')).appoint(room, userid, role, { data, json, language });
        },
      )
      .example('$0 admin status', words.exampleStatus)
      .example('$0 admin check --data data', words.exampleCheck)
      .example('$0 admin backup /backups/2026-11-22', words.exampleBackup)
      .demandCommand(1, words.commandMissing),
  )
  .command(
    'restore <directory>',
    words.restore,
    (command) =>
      adminOptions(
        command.positional('directory', { type: 'string', demandOption: true, describe: words.argSource }),
      ).example('$0 restore /backups/2026-11-22 --data data', words.exampleRestore),
    async ({ directory, data, json }) => {
      process.exitCode = (await import('./admin.js')).restoreFrom(directory, { data, json, language });
    },
  )
  .command(
    'load-test',
    words.loadTest,
    (command) => {
      const count = (option: string, otherwise: number, min: number, max: number, describe: string) =>
        ({
          type: 'string',
          default: String(otherwise),
          requiresArg: true,
          describe,
          coerce: wholeNumber(option, words, min, max),
        }) as const;
      return command
        .options({
          host: { type: 'string', default: '127.0.0.1', requiresArg: true, describe: words.host },
          port: count('port', 4242, 1, portMax, words.port),
          ...trustOptions,
          clients: count('clients', 100, 1, loadClientsMax, words.loadClients),
          rooms: count('rooms', 3, 1, loadRoomsMax, words.loadRooms),
          rate: count('rate', 500, 1, limitMax, words.loadRate),
          seconds: count('seconds', 10, 1, loadSecondsMax, words.loadSeconds),
          payload: count('payload', 80, 1, defaultLimits.textBytesMax, words.loadPayload),
          serve: { type: 'boolean', describe: words.loadServe },
          chaos: { type: 'boolean', describe: words.loadChaos },
          'kill-every': count('kill-every', 5, 0, loadSecondsMax, words.loadKillEvery),
          'kill-room-every': count('kill-room-every', 2, 0, loadSecondsMax, words.loadKillRoomEvery),
          data: { type: 'string', requiresArg: true, describe: words.loadData },
          html: { type: 'string', requiresArg: true, describe: words.loadHtml },
          json: { type: 'boolean', default: false, describe: words.json },
        })
        .conflicts('serve', ['data', 'tls', 'ca'])
        .check(({ chaos, serve, data }) => {
          if (chaos === true && serve !== true && data === undefined) throw new UsageError(words.chaosWhere);
          return true;
        })
        .example('$0 load-test --serve --chaos --seconds 60 --html report.html', words.exampleLoad)
        .example('$0 load-test --port 4242 --clients 50', words.exampleLoadHere);
    },
    async ({ host, port, tls, ca, clients, rooms, rate, seconds, payload, serve, html, json, data, ...kill }) => {
      const { loadTest } = await import('./load-test.js');
      const load = { host, port, tls, ca, clients, rooms, rate, seconds, payload };
      const chaos =
        kill.chaos === true
          ? { killEverySeconds: kill.killEvery, killRoomEverySeconds: kill.killRoomEvery }
          : undefined;
      process.exitCode = await loadTest({ ...load, serve: serve === true, chaos, data, html, json, language });
    },
  )
  .command(
    'doctor',
    words.doctor,
    (command) =>
      grouped(command, serverOptions(doctorWaitSeconds, words.waitDoctor, words.json))
        .example('$0 doctor', words.exampleDoctor)
        .example('$0 doctor --host chat.example.org --port 4242 --tls', words.exampleDoctorTls),
    async (options) => {
      process.exitCode = await (await import('./doctor.js')).doctor({ ...options, language });
    },
  )
  .command(
    'completion <shell>',
    words.completion,
    (command) =>
      command
        .positional('shell', { choices: shells, demandOption: true, describe: words.argShell })
        .example('source <($0 completion bash)', words.exampleCompletion)
        .example('source <($0 completion zsh)', words.exampleCompletionZsh)
        .example('$0 completion fish > ~/.config/fish/completions/salas.fish', words.exampleCompletionFish),
    async ({ shell }) => (await import('./completion.js')).printScript(shell),
  )
  .example('$0 serve', words.exampleServe)
  .example('$0 chat sala1', words.exampleChat)
  .example('$0 send sala1 "oi, gente"', words.exampleSend)
  .example('$0 history sala1 --limit 20', words.exampleHistory)
  .middleware((parsed) => {
    for (const [name, value] of Object.entries(parsed)) if (typeof value === 'string') parsed[name] = unmarked(value);
  })
  .demandCommand(1, words.commandMissing)
  .recommendCommands()
  .strict()
  .version(version)
  .option('lang', {
    choices: languages,
    requiresArg: true,
    describe: words.lang,
    defaultDescription: words.langByDefault,
    global: true,
  })
  .alias({ help: 'h' })
  .wrap(Math.min(widthMax, process.stdout.columns ?? widthMax))
  .exitProcess(false)
  .fail((message, error, command) => {
    // Without a message it is not the command line that was wrong. A throw, for else yargs goes on to the next fault.
    if (!message) throw error;
    command.showHelp((help) => process.stderr.write(`${help}\n\n`));
    throw new UsageError(unmarked(message));
  });

/** The command line as plain data, until it is used. */
export function commandOutline(): CommandOutline {
  // The types leave it out, and there is no other way to what was declared.
  const { getInternalMethods } = commandLine as unknown as {
    getInternalMethods(): { getCommandInstance(): { getCommandHandlers(): Record<string, Declaration> } };
  };
  const declared = Object.values(getInternalMethods.call(commandLine).getCommandInstance().getCommandHandlers());
  const commands = declared.filter(({ description }) => description !== false).map(outline);
  const options = [
    { name: 'help', about: words.help, takesValue: false, choices: [], byDefault: undefined },
    { name: 'version', about: words.version, takesValue: false, choices: [], byDefault: undefined },
  ];
  return { name: 'salas', about: words.about, positionals: [], options, commands, examples: [] };
}
