"""Which kind of directory the settings mean. What speaks to one is loaded where one is named."""

from gateway.directory.csvfile import CsvFile
from gateway.directory.sources import Source
from gateway.listing import Listing


def source(listing: Listing) -> Source:
    """The directory of these settings. Raises OSError if a secret or a CA file does not serve."""
    if listing.ldap is not None:
        from gateway.directory.tree import Tree  # noqa: PLC0415  -- ldap3

        return Tree(listing.ldap)
    if listing.entra is not None:
        from gateway.directory.entra import Entra  # noqa: PLC0415  -- httpx2, joserfc

        return Entra(listing.entra)
    assert listing.csv is not None  # noqa: S101  -- settings have one of them
    return CsvFile(listing.csv)
