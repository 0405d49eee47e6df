// The limit: what one thread with epoll can deliver when it has nothing else to do. No durability, names or rules.
// usage: limit PORT batch|permsg
//   permsg: a message is written to every member as it comes, one send() a member
//   batch:  all that came in one round of epoll is one buffer, written once a member
// It speaks the protocol at the top of ../load/proto_json.c.
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { FILES_MAX = 65536, ROOMS_MAX = 4096, EVENTS_MAX = 1024, READ_SIZE = 1 << 18, LAGGARD_BYTES_MAX = 1 << 24 };

typedef struct {
  char *bytes;
  int length, capacity;
} buffer;

typedef struct {
  int fd, room; // no room: -1
  char name[16];
  buffer in; // a line whose end has not come
  buffer out;
  int sent;     // bytes of `out` that are gone
  bool blocked; // waits until its socket takes more
  bool queued;  // is in `answered`
} connection;

typedef struct {
  int *members; // their files
  int count, capacity;
  unsigned long sequence;
  buffer news; // of this round, with batch
} room;

static bool batch;
static int poll_fd;
static connection *connections[FILES_MAX]; // by file
static room rooms[ROOMS_MAX];
static int lively[ROOMS_MAX], lively_count;     // rooms with news
static int answered[FILES_MAX], answered_count; // files with something in `out`, with batch

static void append(buffer *b, const char *bytes, int length) {
  if (b->length + length > b->capacity) {
    b->capacity = (b->length + length) * 2;
    b->bytes = realloc(b->bytes, (size_t)b->capacity);
  }
  memcpy(b->bytes + b->length, bytes, (size_t)length);
  b->length += length;
}

// --- writing

static void watch(connection *c, int operation, bool writable) {
  struct epoll_event event = {.events = EPOLLIN | (writable ? EPOLLOUT : 0), .data.fd = c->fd};
  epoll_ctl(poll_fd, operation, c->fd, &event);
  c->blocked = writable;
}

static void flush(connection *c) {
  while (c->sent < c->out.length) {
    ssize_t n = send(c->fd, c->out.bytes + c->sent, (size_t)(c->out.length - c->sent), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0) {
      if (!c->blocked) watch(c, EPOLL_CTL_MOD, true);
      return;
    }
    c->sent += (int)n;
  }
  c->out.length = c->sent = 0;
  if (c->blocked) watch(c, EPOLL_CTL_MOD, false);
}

// Copies only what the socket does not take at once.
static void write_now(connection *c, const char *bytes, int length) {
  if (c->out.length) {
    append(&c->out, bytes, length);
    if (!c->blocked) flush(c);
    return;
  }
  ssize_t n = send(c->fd, bytes, (size_t)length, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (n == length) return;
  append(&c->out, bytes + (n < 0 ? 0 : n), length - (int)(n < 0 ? 0 : n));
  watch(c, EPOLL_CTL_MOD, true);
}

static void queue(connection *c) {
  if (!c->queued) answered[answered_count++] = c->fd;
  c->queued = true;
}

static void answer(connection *c, const char *line, int length) {
  if (!batch) {
    write_now(c, line, length);
    return;
  }
  append(&c->out, line, length);
  queue(c);
}

// Ends a round of a batch: the news to the members, in one piece with the answers to those who get any.
static void finish_round(void) {
  for (int i = 0; i < lively_count; i++) {
    room *r = &rooms[lively[i]];
    for (int m = 0; m < r->count; m++) {
      connection *c = connections[r->members[m]];
      if (!c->out.length) {
        write_now(c, r->news.bytes, r->news.length);
      } else {
        if (c->out.length < LAGGARD_BYTES_MAX) append(&c->out, r->news.bytes, r->news.length);
        queue(c);
      }
    }
    r->news.length = 0;
  }
  lively_count = 0;
  for (int i = 0; i < answered_count; i++) {
    connection *c = connections[answered[i]];
    if (!c) continue;
    c->queued = false;
    if (c->out.length && !c->blocked) flush(c);
  }
  answered_count = 0;
}

// --- what clients ask; `params` stands behind the opening bracket: "rNUMBER","…"]}

static void join(connection *c, int id, const char *params) {
  char line[64];
  c->room = atoi(params + 2);
  const char *name = strchr(params + 1, '"') + 3;
  for (int i = 0; name[i] != '"' && i < (int)sizeof c->name - 1; i++) c->name[i] = name[i];
  room *r = &rooms[c->room];
  if (r->count == r->capacity) {
    r->capacity = r->capacity * 2 + 16;
    r->members = realloc(r->members, (size_t)r->capacity * sizeof *r->members);
  }
  r->members[r->count++] = c->fd;
  answer(c, line, sprintf(line, "{\"id\":%d,\"r\":{\"seq\":%lu}}\n", id, r->sequence));
}

static void say(connection *c, int id, const char *params, const char *end) {
  char line[1024];
  room *r = &rooms[c->room];
  const char *text = strchr(params + 1, '"') + 3;
  int size = (int)(end - strlen("\"]}") - text);
  struct timespec t;
  clock_gettime(CLOCK_REALTIME_COARSE, &t);
  int length =
      sprintf(line, "{\"e\":\"msg\",\"room\":\"r%d\",\"seq\":%lu,\"from\":\"%s\",\"ts\":%lu,\"text\":\"%.*s\"}\n",
              c->room, ++r->sequence, c->name, t.tv_sec * 1000ul + t.tv_nsec / 1000000ul, size, text);
  if (batch) {
    if (!r->news.length) lively[lively_count++] = c->room;
    append(&r->news, line, length);
  } else {
    for (int m = 0; m < r->count; m++) write_now(connections[r->members[m]], line, length);
  }
  answer(c, line, sprintf(line, "{\"id\":%d,\"r\":{\"seq\":%lu}}\n", id, r->sequence));
}

static void read_line(connection *c, const char *line, int length) {
  char pong[64];
  int id = atoi(line + strlen("{\"id\":"));
  const char *method = memmem(line, (size_t)length, "\"m\":\"", 5);
  const char *params = memmem(line, (size_t)length, "\"p\":[", 5);
  if (!method || !params) return;
  switch (method[5]) {
  case 'j': join(c, id, params + 5); break;
  case 's': say(c, id, params + 5, line + length); break;
  default: answer(c, pong, sprintf(pong, "{\"id\":%d,\"r\":\"pong\"}\n", id));
  }
}

// --- connections

static void accept_all(int listener) {
  int on = 1;
  for (int fd; (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0;) {
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connection *c = connections[fd] = calloc(1, sizeof *c);
    c->fd = fd;
    c->room = -1;
    watch(c, EPOLL_CTL_ADD, false);
  }
}

static void close_connection(connection *c) {
  room *r = c->room < 0 ? NULL : &rooms[c->room];
  for (int m = 0; r && m < r->count; m++)
    if (r->members[m] == c->fd) {
      r->members[m] = r->members[--r->count];
      break;
    }
  connections[c->fd] = NULL;
  close(c->fd);
  free(c->in.bytes);
  free(c->out.bytes);
  free(c);
}

static void read_in(connection *c) {
  static char input[READ_SIZE];
  int kept = c->in.length;
  if (kept) memcpy(input, c->in.bytes, (size_t)kept);
  ssize_t n = recv(c->fd, input + kept, sizeof input - (size_t)kept, 0);
  if (n <= 0) {
    if (n == 0 || errno != EAGAIN) close_connection(c);
    return;
  }
  char *at = input, *end = input + kept + n;
  for (char *lf; (lf = memchr(at, '\n', (size_t)(end - at))); at = lf + 1) read_line(c, at, (int)(lf - at));
  c->in.length = 0;
  if (at < end) append(&c->in, at, (int)(end - at));
}

static int listen_on(int port) {
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) {
    perror("limit");
    exit(1);
  }
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
  epoll_ctl(poll_fd, EPOLL_CTL_ADD, listener, &event);
  return listener;
}

int main(int count, char **arguments) {
  static struct epoll_event events[EVENTS_MAX];
  if (count != 3) {
    fputs("usage: limit PORT batch|permsg\n", stderr);
    return 1;
  }
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max < FILES_MAX ? files.rlim_max : FILES_MAX;
  setrlimit(RLIMIT_NOFILE, &files);
  signal(SIGPIPE, SIG_IGN);
  batch = !strcmp(arguments[2], "batch");
  poll_fd = epoll_create1(0);
  int listener = listen_on(atoi(arguments[1]));
  for (;;) {
    int n = epoll_wait(poll_fd, events, EVENTS_MAX, -1);
    for (int i = 0; i < n; i++) {
      int fd = events[i].data.fd;
      if (fd == listener) {
        accept_all(listener);
        continue;
      }
      connection *c = connections[fd];
      if (!c) continue;
      if (events[i].events & EPOLLOUT) flush(c);
      if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) read_in(c);
    }
    if (batch) finish_round();
  }
}
