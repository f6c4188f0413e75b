"""What columns of all tables are made of, and where the tables are gathered."""

import json
from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, Dialect, MetaData
from sqlalchemy import Text as AnyText
from sqlalchemy.types import TypeDecorator, TypeEngine

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


Text = AnyText().with_variant(AnyText(collation="C"), "postgresql")
"""Text that is compared octet by octet wherever it is kept, whatever language the database is set to."""


class Instant(TypeDecorator[datetime]):
    """A moment, as microseconds since 1970. An aware datetime goes in, one in UTC comes out."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002  -- the hook's form
        """Raises TypeError for a datetime without a time zone."""
        return None if value is None else (value - _EPOCH) // _TICK

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  -- the hook's form
        """The moment, in UTC."""
        return None if value is None else _EPOCH + value * _TICK


class Words(TypeDecorator[str]):
    """Text from a message, as a JSON string: lone surrogates and NUL, which a database refuses, come back as they were."""

    impl = AnyText
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[str]:
        """As any text of ours."""
        return dialect.type_descriptor(Text)

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002  -- the hook's form
        """ASCII only."""
        return None if value is None else json.dumps(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002  -- the hook's form
        """The text."""
        return None if value is None else str(json.loads(value))


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)
