// What the parts of the load generator share. One thread: nothing here is locked.
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum mode { FANOUT, RPC, IDLE };
enum exit_code { OK, USAGE = 1, REFUSED = 3, STALLED = 4, LOST = 5 };

// Ids of requests up to here belong to the setup; the request with sequence number S has the id S + FIRST_ID.
enum { FIRST_ID = 10 };
// Messages of one publisher, and calls of one connection, whose times are remembered. Powers of two.
enum { MESSAGES_REMEMBERED = 65536, CALLS_REMEMBERED = 1024 };
// A payload is '@', its publisher, its sequence number, each as 8 hex digits, and a filler.
enum { PAYLOAD_SIZE_MIN = 17, PAYLOAD_SIZE_MAX = 400, REQUEST_SIZE_MAX = 1024 };

typedef struct {
  char *bytes;
  int length, capacity;
} buffer;

typedef struct {
  int fd, index, room;
  int publisher; // its index among the publishers, or -1
  int stage;     // how far the protocol's handshake is; 0 at first
  bool ready;    // the handshake is over
  bool queued;   // is among those to be flushed
  bool blocked;  // waits until its socket takes more
  buffer in;     // the beginning of a message whose end has not come
  buffer out;
  int sent; // bytes of `out` that are gone
  uint64_t calls, answers;
  uint64_t *called_at;
  uint32_t *next_sequences; // a publisher each, with --check
} connection;

// How to speak to a server. The functions that write a request return its length.
typedef struct {
  const char *name;
  bool websocket;       // messages are WebSocket frames, not lines
  bool publishes_apart; // a publisher is a connection of its own, not a member
  bool silent_echo;     // a publisher is not sent its own messages
  void (*greet)(connection *);
  void (*join)(connection *);
  int (*publish)(char *request, int room, const char *payload, int size, uint32_t sequence);
  int (*call)(char *request, const connection *, uint64_t sequence);
  void (*read)(connection *, const char *message, int length); // one whole message, without its terminator
} protocol;

extern const protocol irc, nats, redis, json, ws, sio, salas;

typedef struct {
  const protocol *protocol;
  enum mode mode;
  const char *host, *call, *pids, *label;
  int port, rooms, members, publishers, window, size, connections, depth, connecting_max;
  double seconds, warm_seconds, hold_seconds, rate;
  bool check;
} options;

extern options opt;

void read_options(int count, char **arguments);

// --- for the protocols

void send_bytes(connection *, const char *bytes, int length);
// One message, framed where the protocol asks for frames.
void send_message(connection *, const char *message, int length);
void send_format(connection *, const char *format, ...) __attribute__((format(printf, 2, 3)));
// The handshake may go on with joining, where the mode wants it.
void enter(connection *);
void became_ready(connection *);
// `payload` begins with '@' and is whole.
void delivered(connection *, const char *payload);
// The answer to the request with this sequence number of the connection.
void answered(connection *, uint64_t sequence);
// The answer to the connection's earliest request that has none, for protocols without ids.
void answered_next(connection *);
// The server refused something: told on stderr. During the setup it is the end.
void refused(connection *, const char *message, int length);
// What the server says that is no failure, told on stderr.
void complain(const char *message, int length);

// --- sockets (net.c)

extern uint64_t now; // nanoseconds, taken at every read
extern int dead;     // connections that were lost
extern uint64_t reads;

uint64_t clock_ns(void);
void net_start(int connections);
void net_connect(connection *);
// Writes out what is queued, waits for at most so long, reads what has come.
void net_step(int64_t wait_ns);
void net_flush(void);

_Noreturn void die(const char *what);
