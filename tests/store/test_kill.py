"""The plug pulled under load, again and again: what was acknowledged is there after every restart."""

from __future__ import annotations

import json
import random
import threading
import time

from tests.harness import Api, Server
from tests.proof import counted, size
from tests.store.crowd import UNREACHABLE, Promises, act, check, place

KILLS, CLIENTS, ORDERS = size(1, 10), 4, size(4, 12)


def test_kills_under_load_lose_nothing_that_was_acknowledged(server: Server) -> None:
    chance, promises = random.Random(7), Promises()
    began = time.monotonic()
    shop = Api(server.transport(), "local").shop()
    orders: list[str] = []
    try:
        for kill in range(KILLS):
            dead = threading.Event()

            def client(number: int, dead: threading.Event = dead) -> None:
                own, mine = Api(server.transport(), "local").client, random.Random(number)
                desk = type(shop)(
                    shop.name, *(own(role, shop.name) for role in ("owner", "staff", "viewer", "platform"))
                )
                while not dead.is_set():
                    try:
                        if len(orders) < ORDERS or mine.random() < 0.3:
                            orders.append(place(desk, promises))
                        act(desk, mine.choice(orders[-40:]), promises, mine)
                    except UNREACHABLE:
                        return

            clients = [threading.Thread(target=client, args=(kill * CLIENTS + n,)) for n in range(CLIENTS)]
            for each in clients:
                each.start()
            target = promises.figures["acknowledged"] + chance.randint(6, 25)
            deadline = time.monotonic() + 60
            while promises.figures["acknowledged"] < target and time.monotonic() < deadline:
                time.sleep(0.02)
            server.kill()
            dead.set()
            for each in clients:
                each.join(60)
            server.start()  # on the same data, whose lock is free only once every child is gone
            check(shop, promises)
        figures = {"restarts": KILLS, "orders": len(orders), **promises.figures}
        print(json.dumps({**figures, "seconds": round(time.monotonic() - began, 1)}))
        counted("kills under load", KILLS, floor=size(1, 10))
        counted("acknowledged under load before kills", promises.figures["acknowledged"], floor=6 * KILLS)
    finally:
        if server.process is None or server.process.poll() is not None:
            server.start()  # other tests have the same
