// Sockets: connecting, writing, reading, and the cutting of what is read into messages.
#define _GNU_SOURCE
#include "lg.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { READ_SIZE = 1 << 18, EVENTS_MAX = 2048 };

uint64_t now;
int dead;
uint64_t reads;

static int poll_fd;
static char *input; // every read goes here; what is left over of a message is kept in its connection
static connection **queued;
static int queued_count;

uint64_t clock_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

_Noreturn void die(const char *what) {
  fprintf(stderr, "lg: %s%s%s\n", what, errno ? ": " : "", errno ? strerror(errno) : "");
  exit(2);
}

void net_start(int connections) {
  input = malloc(READ_SIZE);
  queued = malloc((size_t)connections * sizeof *queued);
  poll_fd = epoll_create1(0);
  if (!input || !queued || poll_fd < 0) die("start");
}

static void watch(connection *c, int operation, bool writable) {
  struct epoll_event event = {.events = EPOLLIN | (writable ? EPOLLOUT : 0), .data.ptr = c};
  epoll_ctl(poll_fd, operation, c->fd, &event);
  c->blocked = writable;
}

static void lose(connection *c, const char *why) {
  fprintf(stderr, "lg: connection %d lost (%s), %s\n", c->index, why, c->ready ? "ready" : "in its setup");
  epoll_ctl(poll_fd, EPOLL_CTL_DEL, c->fd, NULL);
  dead++;
}

void net_connect(connection *c) {
  int on = 1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)opt.port)};
  if (inet_pton(AF_INET, opt.host, &address.sin_addr) != 1) die("--host is no IPv4 address");
  c->fd = socket(AF_INET, SOCK_STREAM, 0);
  if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&address, sizeof address) < 0) die("connect");
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  fcntl(c->fd, F_SETFL, O_NONBLOCK);
  watch(c, EPOLL_CTL_ADD, false);
}

static void append(buffer *b, const char *bytes, int length) {
  if (b->length + length > b->capacity) {
    b->capacity = (b->length + length) * 2 + 256;
    b->bytes = realloc(b->bytes, (size_t)b->capacity);
    if (!b->bytes) die("memory");
  }
  memcpy(b->bytes + b->length, bytes, (size_t)length);
  b->length += length;
}

// --- writing

void send_bytes(connection *c, const char *bytes, int length) {
  append(&c->out, bytes, length);
  if (c->queued) return;
  c->queued = true;
  queued[queued_count++] = c;
}

void send_message(connection *c, const char *message, int length) {
  if (opt.protocol->websocket) {
    // A final text frame. A client's frames are masked; the mask 0 leaves them as they are.
    char header[8] = {(char)0x81};
    int size = 2;
    if (length < 126) {
      header[1] = (char)(0x80 | length);
    } else {
      header[1] = (char)(0x80 | 126);
      header[2] = (char)(length >> 8);
      header[3] = (char)length;
      size = 4;
    }
    send_bytes(c, header, size + 4);
  }
  send_bytes(c, message, length);
}

void send_format(connection *c, const char *format, ...) {
  char message[REQUEST_SIZE_MAX];
  va_list values;
  va_start(values, format);
  int length = vsnprintf(message, sizeof message, format, values);
  va_end(values);
  send_message(c, message, length);
}

static void write_out(connection *c) {
  while (c->sent < c->out.length) {
    ssize_t n = send(c->fd, c->out.bytes + c->sent, (size_t)(c->out.length - c->sent), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0) {
      if (errno != EAGAIN) lose(c, strerror(errno));
      else if (!c->blocked) watch(c, EPOLL_CTL_MOD, true);
      return;
    }
    c->sent += (int)n;
  }
  c->out.length = c->sent = 0;
  if (c->blocked) watch(c, EPOLL_CTL_MOD, false);
}

void net_flush(void) {
  for (int i = 0; i < queued_count; i++) {
    queued[i]->queued = false;
    if (!queued[i]->blocked) write_out(queued[i]);
  }
  queued_count = 0;
}

// --- reading; the two below hand over the whole messages and return where the rest begins

static char *read_lines(connection *c, char *at, char *end) {
  void (*const read)(connection *, const char *, int) = opt.protocol->read;
  char *lf;
  while ((lf = memchr(at, '\n', (size_t)(end - at)))) {
    int length = (int)(lf - at);
    if (length && lf[-1] == '\r') length--;
    if (length) read(c, at, length);
    at = lf + 1;
  }
  return at;
}

static char *read_frames(connection *c, char *at, char *end) {
  if (c->stage == 0) { // the answer to the upgrade
    char *blank = memmem(at, (size_t)(end - at), "\r\n\r\n", 4);
    if (!blank) return at;
    opt.protocol->read(c, at, (int)(blank - at));
    at = blank + 4;
  }
  while (end - at >= 2) {
    const uint8_t *header = (const uint8_t *)at;
    int header_size = (header[1] & 127) == 127 ? 10 : (header[1] & 127) == 126 ? 4 : 2;
    if (end - at < header_size) break;
    uint64_t length = header_size == 2 ? header[1] & 127 : 0;
    for (int i = 2; i < header_size; i++) length = length << 8 | header[i];
    if ((uint64_t)(end - at - header_size) < length) break;
    int opcode = header[0] & 15;
    if (opcode == 1 || opcode == 2) opt.protocol->read(c, at + header_size, (int)length);
    if (opcode == 9) send_bytes(c, "\x8a\x80\0\0\0\0", 6); // ping, pong
    at += header_size + (int)length;
  }
  return at;
}

static void read_in(connection *c) {
  bool full = true;
  while (full) {
    int kept = c->in.length;
    if (kept == READ_SIZE) die("a message is too long");
    if (kept) memcpy(input, c->in.bytes, (size_t)kept);
    ssize_t n = recv(c->fd, input + kept, (size_t)(READ_SIZE - kept), MSG_DONTWAIT);
    if (n <= 0) {
      if (n == 0 || errno != EAGAIN) lose(c, n ? strerror(errno) : "the server closed it");
      return;
    }
    now = clock_ns();
    reads++;
    char *end = input + kept + n;
    char *rest = opt.protocol->websocket ? read_frames(c, input, end) : read_lines(c, input, end);
    full = end == input + READ_SIZE;
    c->in.length = 0;
    if (rest < end) append(&c->in, rest, (int)(end - rest));
  }
}

void net_step(int64_t wait_ns) {
  static struct epoll_event events[EVENTS_MAX];
  struct timespec wait = {wait_ns / 1000000000, wait_ns % 1000000000};
  net_flush();
  int count = epoll_pwait2(poll_fd, events, EVENTS_MAX, &wait, NULL);
  now = clock_ns();
  for (int i = 0; i < count; i++) {
    connection *c = events[i].data.ptr;
    if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) read_in(c);
    if (events[i].events & EPOLLOUT) write_out(c);
  }
  net_flush();
}
