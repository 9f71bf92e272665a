"""GSM 7-bit against a program nobody here wrote: Perl's Encode::GSM0338, every character of the BMP and
every code."""

import subprocess
from functools import cache

from chappe.sms import septets
from chappe.sms.gsm7 import DEFAULT

_ENCODE = r"""
use strict; use warnings; use Encode;
binmode STDOUT, ':raw';
for my $code (0 .. 0xD7FF, 0xE000 .. 0xFFFF) {
    my $char = chr $code;
    my $octets = eval { encode('gsm0338', $char, Encode::FB_CROAK) };
    printf "%x %s\n", $code, unpack 'H*', $octets if defined $octets;
}
"""
_DECODE = r"""
use strict; use warnings; use Encode;
binmode STDOUT, ':raw';
for my $octets ((map { chr } 0 .. 255), (map { "\x1b" . chr } 0 .. 255)) {
    my $copy = $octets;
    my $text = decode('gsm0338', $copy);
    printf "%s %s\n", unpack('H*', $octets), join ',', map { sprintf '%x', ord } split //, $text;
}
"""
# Packing as the documentation of Encode::GSM0338 gives it.
_PACK = r"""
use strict; use warnings;
binmode STDIN, ':raw';
my $octets = do { local $/; <STDIN> };
print unpack 'H*', pack 'b*', join '', map { substr $_, 0, 7 } unpack '(A8)*', unpack 'b*', $octets;
"""


def _perl(script: str, octets: bytes = b"") -> str:
    try:
        run = subprocess.run(
            ["/usr/bin/perl", "-e", script], input=octets, capture_output=True, timeout=30, check=False
        )
    except FileNotFoundError:
        raise AssertionError("/usr/bin/perl is missing: apt-get install perl") from None
    assert run.returncode == 0, f"perl lacks Encode::GSM0338 (apt-get install perl): {run.stderr.decode()}"
    return run.stdout.decode()


@cache
def _encoded_by_perl() -> dict[str, bytes]:
    lines = (line.split() for line in _perl(_ENCODE).splitlines())
    return {chr(int(code, 16)): bytes.fromhex(octets) for code, octets in lines}


@cache
def _decoded_by_perl() -> dict[bytes, str]:
    lines = (line.split() for line in _perl(_DECODE).splitlines())
    return {
        bytes.fromhex(octets): "".join(chr(int(it, 16)) for it in codes.split(",")) for octets, codes in lines
    }


def test_every_character_of_the_bmp_is_encoded_as_perl_does() -> None:
    theirs = _encoded_by_perl()
    ours = {
        char: DEFAULT.try_encode(char)
        for char in map(chr, range(0x10000))
        if not "\ud800" <= char <= "\udfff"
    }
    assert {char: octets for char, octets in ours.items() if octets is not None} == theirs


def test_every_code_with_a_character_is_decoded_as_perl_does() -> None:
    theirs = {octets: text for octets, text in _decoded_by_perl().items() if "\ufffd" not in text}
    assert len(theirs) == 137
    assert {octets: DEFAULT.decode(octets) for octets in theirs} == theirs


def test_where_perl_gives_up_we_show_what_the_standard_says() -> None:
    """Perl returns U+FFFD for each code without a character. The standard asks a phone to show something.

    That is the main table's character after an escape, a space for the escape of the escape and for a lone
    escape. Above 0x7F there is no septet: U+FFFD for both.
    """
    unknown = {octets for octets, text in _decoded_by_perl().items() if "\ufffd" in text}
    assert len(unknown) == 1 + 128 + 256 - 10
    for octets in unknown:
        if octets in (b"\x1b", b"\x1b\x1b"):
            assert DEFAULT.decode(octets) == " "
        elif octets[-1] < 0x80:
            assert DEFAULT.decode(octets) == DEFAULT.decode(octets[1:])
        else:
            assert DEFAULT.decode(octets) == "\ufffd"


def test_septets_are_packed_as_perl_does() -> None:
    octets = bytes(range(128)) + DEFAULT.encode("hellohello €")
    for length in range(len(octets) - 16, len(octets) + 1):
        assert septets.pack(octets[:length]).hex() == _perl(_PACK, octets[:length])
