"""A chat server of the old stack: RPyC's ThreadedServer, a thread a connection, shared dicts behind a lock.

Nothing is pushed: members ask for what is new. usage: rpyc-server.py PORT
"""

import sys
import threading

import rpyc
from rpyc.utils.server import ThreadedServer

PAGE = 50

lock = threading.Lock()
users = set()
rooms = {}


class Chat(rpyc.Service):
    name = None

    def exposed_ingressar_no_sistema(self, nome):
        with lock:
            if nome in users:
                return False
            users.add(nome)
            self.name = nome
            return True

    def exposed_entrar_na_sala(self, sala):
        with lock:
            room = rooms.setdefault(sala, {"members": set(), "messages": []})
            room["members"].add(self.name)
            return tuple(room["members"])

    def exposed_enviar_mensagem_publica(self, sala, mensagem):
        with lock:
            messages = rooms[sala]["messages"]
            messages.append((self.name, mensagem))
            return len(messages)

    def exposed_listar_mensagens_publicas(self, sala):
        with lock:
            return tuple(rooms[sala]["messages"][-PAGE:])

    def exposed_ping(self):
        return "pong"

    def on_disconnect(self, conn):
        with lock:
            users.discard(self.name)


ThreadedServer(
    Chat,
    hostname="127.0.0.1",
    port=int(sys.argv[1]),
    backlog=1024,
    protocol_config={"allow_public_attrs": True},
).start()
