"""Canaries go in where everybody's mail does, and are known again by their Message-ID."""

from gateway.canary import handed_in
from gateway.settings import Settings, load_settings
from tests.test_settings import GOOD


def test_canaries_are_handed_in_at_our_first_door_or_where_the_settings_say(tmp_path):
    def settings(more: str) -> Settings:
        (tmp_path / "hatchway.yaml").write_text(GOOD.replace("127.0.0.1:2525", "0.0.0.0:2525") + more)
        return load_settings(tmp_path / "hatchway.yaml")

    own = handed_in(settings(""))
    assert (own.host, own.port, own.tls, own.verify) == ("127.0.0.1", 2525, "none", False)
    front = handed_in(settings('vigil: {through: "127.0.0.1:25"}\n'))
    assert (front.host, front.port) == ("127.0.0.1", 25)
