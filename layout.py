"""Where the parts of `threadline dev` are, and the files of its data directory.

`DIR/dev.json` tells other programs where everything is; `DIR/demo.json` keeps the secrets.
"""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ports
from services import auth, demo
from settings import Settings

_SECRETS = ("secret_key", "simulator_secret")


class DevError(Exception):
    """What keeps the product from starting, in a sentence."""


class AlreadyTold(DevError):
    """A command that we ran has said itself what stops it."""

    def __init__(self) -> None:
        super().__init__("")


@dataclass(frozen=True)
class Options:
    """What the command line said; None where it said nothing."""

    data_dir: Path
    port: int | None = None
    database_url: str | None = None
    temporal_address: str | None = None
    temporal_ui_port: int | None = None
    demo: bool = True


@dataclass(frozen=True)
class Plan:
    """Where everything will be; fixed at the start, so that a restart changes nothing."""

    data_dir: Path
    api_port: int
    simulator_port: int
    temporal_port: int | None  # None: a server that already runs
    temporal_ui_port: int | None
    temporal_address: str
    temporal_namespace: str
    temporal_ui_url: str
    database_url: str
    demo: bool

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.api_port}"

    @property
    def simulator_url(self) -> str:
        return f"http://127.0.0.1:{self.simulator_port}"

    @property
    def demo_file(self) -> Path:
        return self.data_dir / "demo.json"

    @property
    def dev_file(self) -> Path:
        return self.data_dir / "dev.json"


def plan(options: Options, settings: Settings) -> Plan:
    """Raises PortTaken for a port that was asked for and is in use."""
    data_dir = options.data_dir.resolve()
    given = settings.model_fields_set
    external = options.temporal_address
    if external is None and "temporal_address" in given:
        external = settings.temporal_address
    own_database = f"sqlite:///{data_dir / 'threadline.db'}"
    chosen = ports.choose(_wanted(options, own_temporal=external is None))
    return Plan(
        data_dir=data_dir,
        api_port=chosen["the API"],
        simulator_port=chosen["the simulator"],
        temporal_port=chosen.get("Temporal"),
        temporal_ui_port=chosen.get("Temporal's UI"),
        temporal_address=external or f"127.0.0.1:{chosen['Temporal']}",
        temporal_namespace=settings.temporal_namespace,
        temporal_ui_url=_ui_url(options, settings, external, chosen.get("Temporal's UI")),
        database_url=options.database_url
        or (settings.database_url if "database_url" in given else own_database),
        demo=options.demo,
    )


def _wanted(options: Options, *, own_temporal: bool) -> list[ports.Wanted]:
    base = 8080 if options.port is None else options.port
    wanted = [
        ports.Wanted("the API", base, insisted=options.port is not None),
        ports.Wanted("the simulator", base + 1 if base else 0),
    ]
    if own_temporal:
        # Who wants any free port may start several at once: all would go for the usual ones.
        usual, asked = (7233, 8233) if base else (0, 0), options.temporal_ui_port
        ui = ports.Wanted("Temporal's UI", usual[1] if asked is None else asked, asked is not None)
        wanted += [ports.Wanted("Temporal", usual[0]), ui]
    return wanted


def _ui_url(
    options: Options, settings: Settings, external: str | None, own_port: int | None
) -> str:
    if external is None:
        return f"http://127.0.0.1:{own_port}"
    if options.temporal_ui_port:
        return f"http://{external.rsplit(':', 1)[0]}:{options.temporal_ui_port}"
    return settings.temporal_ui_url


def environment(at: Plan, own: dict[str, Any], settings: Settings) -> dict[str, str]:
    """What every part is told; a secret key that was set by hand wins over the directory's own,
    and an address by which carriers reach us, over the one on this machine."""
    public = "public_base_url" in settings.model_fields_set and settings.public_base_url
    key = settings.secret_key.get_secret_value() or own["secret_key"]
    told = {
        "DATABASE_URL": at.database_url,
        "TEMPORAL_ADDRESS": at.temporal_address,
        "TEMPORAL_NAMESPACE": at.temporal_namespace,
        "TEMPORAL_UI_URL": at.temporal_ui_url,
        "PUBLIC_BASE_URL": public or at.base_url,
        "SIMULATOR_URL": at.simulator_url,
        "MEDIA_URL": (at.data_dir / "media").as_uri(),
        "SECRET_KEY": key,
        "SIMULATOR_SECRET": own["simulator_secret"],
    }
    named = {f"THREADLINE_{name}": value for name, value in told.items()}
    return os.environ | named | {"PYTHONUNBUFFERED": "1"}


def write_private(file: Path, content: Any) -> None:
    """Atomically, and readable by its owner only from the first moment."""
    partial = file.with_name(f".{file.name}.{os.getpid()}")
    partial.unlink(missing_ok=True)
    with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        json.dump(content, out, indent=2)
    partial.replace(file)


def demo_secrets(file: Path) -> dict[str, Any]:
    """The data directory's own secrets; one that is missing is made at random."""
    known = _kept(file)
    keys = {kind: secrets.token_urlsafe(32) for kind in _SECRETS}
    # Of the same shape as all others, so that logs mask it.
    keys["api_token"] = auth.new_token()
    users = {email: secrets.token_urlsafe(9) for email in demo.emails()}
    wanted = keys | known | {"users": users | known.get("users", {})}
    if wanted != known:
        write_private(file, wanted)
    return wanted


def _kept(file: Path) -> dict[str, Any]:
    try:
        known: Any = json.loads(file.read_text())
        users = known.get("users", {})
        whole = all(isinstance(one, str) for name, one in known.items() if name != "users")
        if whole and all(isinstance(one, str) for one in users.values()):
            return dict(known)
    except FileNotFoundError:
        return {}
    except (ValueError, AttributeError):
        pass
    raise DevError(
        f"{file} is damaged. Mend or delete it: deleted, it is made anew at the next start, "
        "with other passwords for the demo's users, and no chat is lost."
    )


@contextmanager
def owners_alone() -> Iterator[None]:
    """What is made meanwhile, by us and by the parts that we start, only its owner can read:
    a data directory that was there before may be open to others."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


@contextmanager
def only_one(data_dir: Path) -> Iterator[None]:
    """Two supervisors on one data directory would fight over its files."""
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        held = open(data_dir / "dev.lock", "w")  # noqa: SIM115 - closed below
    except OSError as error:
        raise DevError(f"{data_dir} cannot be the data directory: {error.strerror}.") from error
    with held as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DevError(f"Another `threadline dev` runs on {data_dir}.") from error
        yield
