"""Many readers or one writer."""

from __future__ import annotations

import threading

from embeddings.locking import ReadWriteLock


def test_readers_share_and_a_writer_waits_for_them() -> None:
    """Two readers are inside together; the writer comes in when both have left, and before a later reader."""
    lock = ReadWriteLock()
    both_in, leave = threading.Barrier(3), threading.Event()
    order: list[str] = []

    def read() -> None:
        with lock.read():
            both_in.wait(5)
            leave.wait(5)

    def write() -> None:
        with lock.write():
            order.append("writer")

    def read_later() -> None:
        with lock.read():
            order.append("later reader")

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    both_in.wait(5)
    writer = threading.Thread(target=write)
    writer.start()
    while not lock._waiting:
        threading.Event().wait(0.001)
    later = threading.Thread(target=read_later)
    later.start()
    assert order == []
    leave.set()
    for thread in (*readers, writer, later):
        thread.join(5)
    assert order == ["writer", "later reader"]


def test_writers_are_alone() -> None:
    """Increments under the write lock are never lost."""
    lock = ReadWriteLock()
    total = [0]

    def work() -> None:
        for _ in range(500):
            with lock.write():
                before = total[0]
                threading.Event().wait(0)
                total[0] = before + 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert total == [2000]
