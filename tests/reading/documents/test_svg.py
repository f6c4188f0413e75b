"""Drawings: their words, where they link to, and the pictures in them."""

import base64
import gzip

import pytest

from gateway.reading.extractors import kind
from tests.support.documents import lines, links, piece, pieces, png, read, whys

SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">{}</svg>'


def test_the_words_of_a_drawing_are_read():
    body = (
        "<title>Flyer</title><style>.a{fill:red}</style><script>var x</script>"
        '<text>Vote <tspan font-weight="bold">for</tspan> Jane<tspan x="0" dy="20">on June 2</tspan></text>'
        "<foreignObject><p>Elect her</p></foreignObject>"
    )
    assert lines(read(SVG.format(body).encode(), "a.svg")) == ["Flyer", "Vote for Jane", "on June 2", "Elect her"]


def test_links_and_pictures_in_a_drawing_are_found():
    picture = base64.b64encode(png()).decode()
    body = f'<a xlink:href="https://a.example/"><text>give</text></a><image href="data:image/png;base64,{picture}"/>'
    found = read(SVG.format(body).encode())
    assert [target for target, _ in links(found)] == ["https://a.example/"]
    assert [p.octets for p in pieces(found)] == [png()]


def test_a_drawing_that_is_packed_is_read():
    assert lines(read(gzip.compress(SVG.format("<text>Vote</text>").encode()), "a.svgz")) == ["Vote"]


def test_entities_that_unfold_are_refused_and_a_plain_doctype_is_not():
    plain = '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/svg11.dtd">' + SVG.format("<text>Vote</text>")
    bomb = '<!DOCTYPE svg [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>' + SVG.format("<text>&b;</text>")
    outside = '<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + SVG.format("<text>&a;</text>")
    assert lines(read(plain.encode())) == ["Vote"]
    assert whys(read(bomb.encode(), "a.svg")) == whys(read(outside.encode(), "a.svg"))
    assert whys(read(bomb.encode(), "a.svg")) == ["not read: it declares entities that might unfold without end"]


@pytest.mark.parametrize("label", ["image/svg+xml", "text/xml", "application/octet-stream", "image/png", "text/plain"])
def test_it_is_told_by_its_root(label):
    assert kind(piece(b"<?xml version='1.0'?>\n<!-- made by hand -->" + SVG.format("").encode(), "x", label)) == "image/svg+xml"
