"""Which kind of directory the settings mean."""

from gateway.directory.csvfile import CsvFile
from gateway.directory.entra import Entra
from gateway.directory.sources import Source
from gateway.directory.tree import Tree
from gateway.listing import Listing


def source(listing: Listing) -> Source:
    """The directory of these settings. Raises OSError if a secret or a CA file does not serve."""
    if listing.ldap is not None:
        return Tree(listing.ldap)
    if listing.entra is not None:
        return Entra(listing.entra)
    assert listing.csv is not None  # noqa: S101  -- settings have one of them
    return CsvFile(listing.csv)
