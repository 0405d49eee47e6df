#!/usr/bin/env python3
"""Joins a room of a salas server, says a text, and prints what is said there until Ctrl-C.

    python3 examples/python-client.py NAME ROOM TEXT [HOST [PORT]]"""
import json, signal, socket, sys
if not 4 <= len(sys.argv) <= 6:
    sys.exit(__doc__)
name, room, text, host, port = sys.argv[1:] + ["127.0.0.1", "4242"][len(sys.argv) - 4:]
signal.signal(signal.SIGINT, signal.SIG_DFL)
server = socket.create_connection((host, int(port))).makefile("rw", encoding="utf-8", newline="\n")

def receive():
    """The server's answers and events as they come. Lines that begin with # are for people."""
    for message in (json.loads(line) for line in server if not line.startswith("#")):
        if "error" in message:
            sys.exit(f"{message['error']['data']['code']}: {message['error']['message']}")
        if message.get("method") == "room.message":
            print("[{room} #{seq}] {from}: {text}".format(**message["params"]), flush=True)
        yield message
    sys.exit("the server ended the connection")

def call(method, **params):
    """Calls a method of docs/protocol.md and waits for its result; what is said meanwhile is printed."""
    print(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}), file=server, flush=True)
    return next(message["result"] for message in receive() if message.get("id") == 1)

print("I am", call("user.register", name=name)["userId"], flush=True)
call("room.join", room=room)
call("room.send", room=room, text=text)
for _ in receive(): pass
