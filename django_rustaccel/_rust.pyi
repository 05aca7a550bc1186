"""Types of the compiled module. `stubtest` holds them against the real one in `make lint`."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from json import JSONEncoder
from os import PathLike
from typing import Any, Self, final

from typing_extensions import disjoint_base

__all__ = [
    "Acceptor",
    "Ahead",
    "Arrivals",
    "CacheStore",
    "Checker",
    "Compressor",
    "Decision",
    "Form",
    "Forward",
    "Grid",
    "Guard",
    "Histograms",
    "Json",
    "Libpq",
    "LimitTable",
    "LocalCache",
    "RateLimiter",
    "Reader",
    "Recording",
    "Rows",
    "Shape",
    "Sqlite",
    "Unread",
    "__version__",
    "argon2",
    "bcrypt",
    "compress",
    "dump_lines",
    "dump_objects",
    "dumps",
    "is_deeper",
    "is_json",
    "length",
    "load_messages",
    "loads",
    "loads_lazily",
    "look",
    "look_up",
    "negotiate",
    "pbkdf2",
    "processor",
    "scrypt",
    "signature",
    "split_batch",
    "summarize",
    "unsign",
    "unsign_timestamped",
    "verify",
    "write_answer",
]

__version__: str

def dumps(
    value: object,
    ensure_ascii: bool,
    compact: bool,
    indent: int | None,
    allow_nan: bool,
    encoder: Callable[..., Any],
    spells: bool,
) -> bytes | None: ...
def dump_lines(rows: object, encoder: type[JSONEncoder]) -> bytes | None: ...
def dump_objects(
    rows: object,
    lines: bool,
    ensure_ascii: bool,
    indent: int | None,
    allow_nan: bool,
    encoder: Callable[..., Any],
) -> bytes | None: ...
def loads(text: bytes, otherwise: object) -> Any: ...
def is_json(text: bytes) -> bool: ...
def look_up(text: bytes, path: list[str]) -> bytes | None: ...
def split_batch(text: bytes, most: int) -> tuple[list[Any] | None, dict[str, Any]] | None: ...
def write_answer(
    name: str,
    status: int,
    headers: list[tuple[str, str]],
    body: bytes | str | None,
    is_json: bool,
    rolled_back: bool,
) -> bytes: ...
def is_deeper(text: bytes, limit: int) -> bool: ...
def load_messages(
    messages: list[bytes],
    max_depth: int | None,
    otherwise: object,
    too_deep: object,
    row_class: type[dict[str, Any]],
    list_class: type[list[Any]],
) -> list[Any]: ...
def length(rows: list[Any]) -> int: ...
def loads_lazily(
    text: bytes,
    otherwise: object,
    row_class: type[dict[str, Any]],
    list_class: type[list[Any]],
    habit: Any | None,
) -> Any: ...
def look(value: object) -> None: ...

@final
class Form:
    def __new__(
        cls, way: tuple[str, ...] | str | Callable[[Any], Any] | None, in_dict: bool = False
    ) -> Self: ...
    @staticmethod
    def inherited() -> Form: ...
    @staticmethod
    def tuple() -> Form: ...

@final
class Json:
    def __new__(
        cls,
        find: Callable[[type], Form],
        dump: Callable[[Any, Callable[[Any], Any] | None, int | None], bytes],
        load: Callable[[Any], Any],
    ) -> Self: ...
    def dumps(
        self, value: Any, default: Callable[[Any], Any] | None = None, *, indent: int | None = None
    ) -> bytes: ...
    def loads(self, text: bytes | bytearray | memoryview | str) -> Any: ...

@final
class Unread: ...

#: The number of a node, and the method of its stock field that decided about a value.
_Fall = tuple[int, str]

@final
class Grid:
    def __len__(self) -> int: ...
    def rows(self) -> list[tuple[Any, ...]]: ...
    def column(self, index: int) -> list[Any]: ...
    def keys(self, index: int) -> list[Any]: ...
    def take(self, rows: Sequence[int]) -> Grid: ...

@final
class Guard:
    def __new__(
        cls, classes: Sequence[type], names: Sequence[str], models: Sequence[type]
    ) -> Guard: ...
    def holds(self) -> bool: ...

@final
class Libpq:
    def __new__(cls, addresses: Mapping[str, int]) -> Libpq: ...
    @staticmethod
    def functions() -> list[str]: ...
    def read(
        self, address: int, plain: Sequence[int]
    ) -> tuple[Grid, list[tuple[int, int]]] | None: ...
    def begin(
        self, address: int, plain: Sequence[int]
    ) -> tuple[Arrivals, list[tuple[int, int]]] | None: ...

@final
class Arrivals:
    def add(self, address: int) -> bool: ...
    def finish(self) -> Grid | None: ...

@final
class Ahead:
    def write(self, arrivals: Arrivals) -> None: ...
    def relation(self, number: int, shape: Shape) -> Ahead | None: ...

@final
class Acceptor:
    def __new__(cls, plan: Any, framework: Mapping[str, Any]) -> Acceptor: ...
    def fields(
        self, serializer: Any, data: dict[Any, Any], partial: bool, fallen: list[_Fall]
    ) -> dict[str, Any]: ...
    def one(
        self,
        serializer: Any,
        data: dict[Any, Any],
        partial: bool,
        run_validators: bool,
        fallen: list[_Fall],
    ) -> Any: ...
    def many(
        self,
        serializer: Any,
        rows: list[Any],
        partial: bool,
        run_validators: bool,
        tables: dict[int, Any] | None,
        fallen: list[_Fall],
    ) -> list[Any]: ...

@final
class Reader:
    def __new__(cls, plan: Any, framework: Mapping[str, Any]) -> Reader: ...
    def one(
        self, serializer: Any, instance: object
    ) -> tuple[dict[str, Any] | None, list[_Fall]]: ...
    def many(
        self, serializer: Any, instances: Iterable[object]
    ) -> tuple[list[dict[str, Any] | None], list[_Fall]]: ...
    def record(
        self, serializer: Any, instances: Iterable[object]
    ) -> tuple[Recording, list[_Fall]]: ...
    def rows(self, table: Any, ahead: Ahead | None = None) -> Rows: ...
    def ahead(self, shape: Shape) -> Ahead | None: ...

@final
class Recording:
    def __len__(self) -> int: ...
    def to_list(self, serializer: Any) -> tuple[list[dict[str, Any] | None], list[_Fall]]: ...

@final
class Rows:
    def __len__(self) -> int: ...
    def settle(self, serializer: Any) -> bool: ...
    def to_list(self, serializer: Any) -> tuple[list[dict[str, Any] | None], list[_Fall]]: ...

@final
class Shape:
    def __new__(cls, what: str, content: Any) -> Shape: ...

@final
class Sqlite:
    def __new__(
        cls, addresses: Mapping[str, int], cursor: Any, statement: object, connection: Any
    ) -> Sqlite: ...
    @staticmethod
    def functions() -> list[str]: ...
    def read(self, cursor: Any, converters: Mapping[str, Any]) -> Grid | None: ...

@final
class Decision:
    __match_args__: tuple[str, str, str, str, str]
    def __new__(
        cls,
        allowed: bool,
        limit: int,
        remaining: int,
        retry_after: float,
        reset_after: float,
    ) -> Decision: ...
    def __getnewargs__(self) -> tuple[bool, int, int, float, float]: ...
    def __bool__(self) -> bool: ...
    def __eq__(self, other: object, /) -> bool: ...
    @property
    def allowed(self) -> bool: ...
    @property
    def limit(self) -> int: ...
    @property
    def remaining(self) -> int: ...
    @property
    def retry_after(self) -> float: ...
    @property
    def reset_after(self) -> float: ...

@final
class LimitTable:
    def __new__(cls, capacity: int, path: str | PathLike[str] | None = None) -> LimitTable: ...
    @property
    def capacity(self) -> int: ...
    def remembered(self) -> int: ...

@final
class RateLimiter:
    def __new__(
        cls,
        table: LimitTable,
        algorithm: str,
        rates: Sequence[tuple[int, int, int]],
        prefix: str,
    ) -> RateLimiter: ...
    def hit(self, key: str, cost: int = 1, now: int | None = None) -> Decision: ...
    def peek(self, key: str, cost: int = 1, now: int | None = None) -> Decision: ...
    def reset(self, key: str) -> None: ...

@final
class CacheStore:
    def __new__(cls, max_entries: int, max_bytes: int) -> CacheStore: ...
    @property
    def max_bytes(self) -> int: ...
    @property
    def max_entries(self) -> int: ...
    def counts(self) -> tuple[int, int, int, int, int]: ...
    def forget(self, key: bytes) -> bool: ...
    def forget_all(self) -> None: ...

@disjoint_base
class LocalCache:
    def __new__(cls, *_arguments: Any, **_options: Any) -> Self: ...
    def _configure(
        self,
        store: CacheStore,
        prefix: str | None,
        timeout: float | None,
        standard: object,
        compress: int | None,
    ) -> None: ...
    def _add(
        self, key: Any, value: Any, timeout: float | None, version: int | None, stale: float
    ) -> bool: ...
    def _get_stale(self, key: Any, default: Any, version: int | None) -> Any: ...
    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any: ...
    def set(
        self, key: Any, value: Any, timeout: float | None = ..., version: int | None = None
    ) -> None: ...
    def add(
        self, key: Any, value: Any, timeout: float | None = ..., version: int | None = None
    ) -> bool: ...
    def touch(self, key: Any, timeout: float | None = ..., version: int | None = None) -> bool: ...
    def delete(self, key: Any, version: int | None = None) -> bool: ...
    def has_key(self, key: Any, version: int | None = None) -> bool: ...
    def incr(self, key: Any, delta: Any = ..., version: int | None = None) -> Any: ...
    def clear(self) -> None: ...

@final
class Forward:
    def __new__(cls, name: str) -> Forward: ...
    def __get__(self, instance: Any, owner: Any = None, /) -> Any: ...

def pbkdf2(digest: str, password: bytes, salt: bytes, iterations: int) -> bytes | None: ...
def argon2(
    variant: str,
    version: int,
    cost: tuple[int, int, int],
    password: bytes,
    salt: bytes,
    length: int,
    limits: tuple[int, float, float],
) -> bytes | None: ...
def scrypt(
    cost: tuple[int, int, int],
    password: bytes,
    salt: bytes,
    length: int,
    limits: tuple[int, float, float],
) -> bytes | None: ...
def bcrypt(cost: int, salt: str, password: bytes) -> str | None: ...
def signature(algorithm: str, salt: str | bytes, value: object, key: object) -> str | None: ...
def unsign(
    algorithm: str, salt: str | bytes, separator: str, signed: str, keys: list[Any]
) -> str | None: ...
def unsign_timestamped(
    algorithm: str, salt: str | bytes, separator: str, signed: str, keys: list[Any]
) -> tuple[str, int] | None: ...
def verify(
    algorithm: str, keys: Sequence[bytes], parts: Sequence[bytes], signatures: Sequence[bytes]
) -> bool | None: ...
def processor() -> tuple[dict[str, bool], dict[str, str], int | None]: ...
def summarize(numbers: Sequence[float]) -> tuple[float, float, float, float, float]: ...
def negotiate(header: str, offered: Sequence[str]) -> str | None: ...
def compress(coding: str, level: int, padding: int, body: bytes, at_once: int) -> bytes | None: ...

@final
class Checker:
    def __new__(cls, model: type, columns: list[Any], methods: Sequence[str]) -> Checker: ...
    def uncertain(self, instances: list[Any]) -> list[tuple[int, list[int] | None]]: ...

@final
class Compressor:
    def __new__(cls, coding: str, level: int, padding: int) -> Compressor: ...
    def feed(self, chunk: bytes) -> bytes: ...
    def finish(self) -> bytes: ...

@final
class Histograms:
    def __new__(
        cls, path: str | PathLike[str] | None, bounds: Sequence[float], capacity: int
    ) -> Histograms: ...
    def slot(self, key: str) -> int: ...
    def observe(self, slot: int, seconds: float) -> None: ...
    def collect(self) -> list[tuple[str, list[int], float]]: ...
