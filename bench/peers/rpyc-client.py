"""Calls rpyc-server.py: a thread a connection, each with `depth` calls in flight.

usage: rpyc-client.py PORT PID CALL CONNECTIONS DEPTH WARM SECONDS   CALL: ping, room.send or room.history
PID is the server's. Prints what the load generator lg prints about calls.
"""

import os
import sys
import threading
import time
from collections import deque

import rpyc

ROOM = "r0"
TEXT = "x" * 80
PAGE = 50
TICKS = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGESIZE")

port, pid, call = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
count, depth = int(sys.argv[4]), int(sys.argv[5])
warm, seconds = float(sys.argv[6]), float(sys.argv[7])


def connect(index):
    connection = rpyc.connect("127.0.0.1", port, config={"allow_public_attrs": True})
    connection.root.ingressar_no_sistema(f"u{index}")
    connection.root.entrar_na_sala(ROOM)
    return connection


METHODS = {
    "ping": ("ping", ()),
    "room.send": ("enviar_mensagem_publica", (ROOM, TEXT)),
    "room.history": ("listar_mensagens_publicas", (ROOM,)),
}
method, arguments = METHODS[call]


def run_plainly(root, latencies):
    """One call after the other, as people write them. RPyC asks for the method first, then calls it."""
    now = time.perf_counter()
    while now < end:
        at = now
        getattr(root, method)(*arguments)
        now = time.perf_counter()
        if now >= start:
            latencies.append(now - at)


def run_deep(root, latencies):
    """`depth` calls in flight, of a method that was asked for once."""
    begin = rpyc.async_(getattr(root, method))
    waiting = deque()
    while time.perf_counter() < end:
        while len(waiting) < depth:
            waiting.append((time.perf_counter(), begin(*arguments)))
        at, answer = waiting.popleft()
        _ = answer.value  # waits; raises what the server raised
        now = time.perf_counter()
        if now >= start:
            latencies.append(now - at)


def server_cpu():
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def busy_cpu():
    with open("/proc/stat") as file:
        user, nice, system, _idle, _wait, irq, softirq = map(int, file.readline().split()[1:8])
    return (user + nice + system + irq + softirq) / TICKS


def server_rss_mb():
    with open(f"/proc/{pid}/statm") as file:
        return int(file.read().split()[1]) * PAGE_BYTES / 2**20


connections = [connect(index) for index in range(count)]
for _ in range(PAGE):
    connections[0].root.enviar_mensagem_publica(ROOM, TEXT)

latencies = [[] for _ in connections]
start = time.perf_counter() + warm
end = start + seconds
run = run_plainly if depth == 1 else run_deep
threads = [threading.Thread(target=run, args=(c.root, each)) for c, each in zip(connections, latencies)]
for thread in threads:
    thread.start()
time.sleep(max(0, start - time.perf_counter()))
before = (server_cpu(), time.process_time(), busy_cpu())
time.sleep(max(0, end - time.perf_counter()))
after = (server_cpu(), time.process_time(), busy_cpu())
for thread in threads:
    thread.join()

server, generator, busy = ((b - a) / seconds * 100 for a, b in zip(before, after))
ordered = sorted(latency for each in latencies for latency in each)


def quantile_us(fraction):
    return ordered[min(len(ordered) - 1, int(len(ordered) * fraction))] * 1e6 if ordered else 0


print(
    f"proto=rpyc mode=rpc rpc={call} conns={count} depth={depth} calls_s={len(ordered) / seconds:.0f}"
    f" p50_us={quantile_us(0.5):.1f} p99_us={quantile_us(0.99):.1f} p999_us={quantile_us(0.999):.1f}"
    f" gen_cpu={generator:.1f} srv_cpu={server:.1f} other={busy - server - generator:.1f}"
    f" rss_mb={server_rss_mb():.1f} dead=0",
    flush=True,
)
# RPyC's threads would wait for their connections.
os._exit(0)
