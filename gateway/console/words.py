"""How things are said on the pages. Whatever comes out of a message passes `plain` first."""

from datetime import datetime, timedelta

from gateway.notice.words import counted, length, plain, sentence, when, where

__all__ = ["ago", "counted", "left", "length", "plain", "sentence", "short", "size", "when", "where"]

_KILO = 1024
_PRESSING = timedelta(hours=4)


def short(moment: datetime, now: datetime) -> str:
    """10:42 for today, else 24 Nov, 10:42, with the year if it is another; in this machine's time zone."""
    local, today = moment.astimezone(), now.astimezone()
    if local.date() == today.date():
        return f"{local:%H:%M}"
    year = f" {local.year}" if local.year != today.year else ""
    return f"{local.day} {local:%b}{year}, {local:%H:%M}"


def ago(moment: datetime, now: datetime) -> str:
    """How long it has been."""
    return length(max(now - moment, timedelta()))


def left(deadline: datetime, now: datetime) -> str:
    """How long there is."""
    return f"{length(deadline - now)} left" if deadline > now else f"overdue by {length(now - deadline)}"


def urgency(deadline: datetime, now: datetime) -> str:
    """over, soon or calm."""
    return "over" if deadline <= now else "soon" if deadline - now < _PRESSING else "calm"


def size(octets: int) -> str:
    """Octets as people say them."""
    if octets < _KILO:
        return f"{octets} bytes"
    kib = octets / _KILO
    return f"{kib:.0f} KiB" if kib < _KILO else f"{kib / _KILO:.1f} MiB"
