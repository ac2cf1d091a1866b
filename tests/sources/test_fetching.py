"""Files are fetched from public addresses only, from the very address that was judged, within limits."""

from __future__ import annotations

import ssl
from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenure.sources.pickups import fetching
from tenure.sources.pickups.fetching import Policy, fetch
from tenure.sources.pickups.rules import LONGEST_WAIT, Refused, is_public, parts, wait_after

PRIVATE = [
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "100.64.0.0/10",
    "0.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4", "192.0.2.0/24", "198.18.0.0/15",
]  # fmt: skip


def inside(network: str) -> st.SearchStrategy[IPv4Address]:
    return st.ip_addresses(v=4, network=network)


@given(st.sampled_from(PRIVATE).flatmap(inside))
def test_no_address_inside_a_network_is_public_however_it_is_written(address):
    number = int(address)
    written = [
        str(address),
        f"::ffff:{address}",
        str(IPv6Address((0xFFFF << 32) | number)),
        str(IPv6Address(number)),
        str(IPv6Address((0x2002 << 112) | (number << 80))),
        str(IPv6Address(int(IPv6Address("64:ff9b::")) | number)),
        str(IPv6Address((0x20010000 << 96) | (number << 64))),
    ]
    assert [one for one in written if is_public(one)] == []


@given(st.ip_addresses(v=4))
def test_a_mapped_address_is_judged_as_what_it_maps(address):
    assert is_public(f"::ffff:{address}") <= is_public(str(address))
    assert is_public(str(address)) <= ip_address(address).is_global


@pytest.mark.parametrize(
    "address",
    [
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "169.254.169.254",
        "x",
        "",
    ],
)
def test_own_link_and_metadata_addresses_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111"])
def test_addresses_of_the_internet_are_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://files.example/a.csv", "not an https:// address"),
        ("file:///etc/passwd", "not an https:// address"),
        ("https://ann:secret@files.example/a.csv", "a user or password in it"),
        ("https:///a.csv", "is no address"),
        ("https://files.example/a b.csv", "without spaces"),
        ("https://files.example/a\r\nX: y", "without spaces"),
        ("https://files.example:x/", "is no address"),
    ],
)
def test_other_addresses_are_refused(url, says):
    with pytest.raises(Refused, match=says):
        parts(url)


@given(st.integers(0, 50), st.integers(5, 10_000))
def test_failures_are_waited_out_ever_longer_but_not_for_ever(failures, minutes):
    every = timedelta(minutes=minutes)
    assert every <= wait_after(failures, every) <= max(every, LONGEST_WAIT)
    assert wait_after(failures, every) <= wait_after(failures + 1, every)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A certificate for files.example that nobody but the test trusts."""
    from datetime import UTC, datetime

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "files.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("files.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    pem = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(made.public_bytes(pem))
    (folder / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder


@pytest.fixture(scope="session")
def httpserver_listen_address():
    return ("127.0.0.1", 0)


@pytest.fixture(scope="session")
def httpserver_ssl_context(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    return context


@pytest.fixture
def policy(certificate):
    """Finds every host on this machine, and allows that."""
    context = ssl.create_default_context(cafile=str(certificate / "cert.pem"))
    return Policy(lambda host, port: ["127.0.0.1"], lambda address: address == "127.0.0.1", context)


@pytest.fixture
def at(httpserver):
    return f"https://files.example:{httpserver.port}"


def test_a_file_is_fetched_once_and_again_only_when_it_changed(httpserver, at, policy, tmp_path):
    def answer(request):
        from werkzeug import Response

        assert request.headers["X-Key"] == "secret"
        if request.headers.get("If-None-Match") == '"v1"':
            return Response(status=304)
        return Response("id\nacme\n", headers={"ETag": '"v1"'})

    httpserver.expect_request("/customers.csv").respond_with_handler(answer)
    target = tmp_path / "file"
    first = fetch(f"{at}/customers.csv", {"X-Key": "secret"}, "", "", target, policy)
    assert (first.is_new, first.name, target.read_text()) == (True, "customers.csv", "id\nacme\n")
    assert not fetch(f"{at}/customers.csv", {"X-Key": "secret"}, first.etag, "", target, policy).is_new


def test_a_redirect_is_judged_too_and_takes_no_secrets_along(httpserver, at, policy, tmp_path):
    seen = []

    def answer(request):
        from werkzeug import Response

        seen.append(dict(request.headers))
        return Response("id\n")

    httpserver.expect_request("/moved").respond_with_data(
        "", 302, {"Location": f"https://other.example:{httpserver.port}/there"}
    )
    httpserver.expect_request("/there").respond_with_handler(answer)
    # The certificate is not for the other host, so nothing is even asked there.
    with pytest.raises(OSError, match=r"(?i)certificate"):
        fetch(f"{at}/moved", {"X-Key": "secret"}, "", "", tmp_path / "file", policy)
    assert seen == []
    httpserver.expect_request("/inside").respond_with_data(
        "", 302, {"Location": "https://169.254.169.254/latest"}
    )
    inside = Policy(
        lambda host, port: ["169.254.169.254" if host[0].isdigit() else "127.0.0.1"],
        policy.allows,
        policy.context,
    )
    with pytest.raises(Refused, match="only public addresses"):
        fetch(f"{at}/inside", {}, "", "", tmp_path / "file", inside)
    httpserver.expect_request("/plain").respond_with_data("", 302, {"Location": "http://files.example/a"})
    with pytest.raises(Refused, match="not an https"):
        fetch(f"{at}/plain", {}, "", "", tmp_path / "file", policy)
    httpserver.expect_request("/round").respond_with_data("", 302, {"Location": "/round"})
    with pytest.raises(Refused, match="redirects more than"):
        fetch(f"{at}/round", {}, "", "", tmp_path / "file", policy)


def test_the_address_that_was_judged_is_the_one_that_is_connected_to(httpserver, at, policy, tmp_path):
    answers = iter([["127.0.0.1"], ["169.254.169.254"]])
    once = Policy(lambda host, port: next(answers), policy.allows, policy.context)
    httpserver.expect_request("/a").respond_with_data("id\n")
    assert fetch(f"{at}/a", {}, "", "", tmp_path / "file", once).is_new


def test_one_address_inside_is_enough_to_refuse_a_host(at, tmp_path):
    both = Policy(lambda host, port: ["93.184.216.34", "10.0.0.1"])
    with pytest.raises(Refused, match="only public addresses"):
        fetch(f"{at}/a", {}, "", "", tmp_path / "file", both)


@pytest.mark.parametrize(
    ("status", "says"), [(401, "check the header"), (404, "check the address"), (500, "tried again")]
)
def test_an_answer_that_is_no_file_says_what_to_do(httpserver, at, policy, tmp_path, status, says):
    httpserver.expect_request("/a").respond_with_data("no", status)
    with pytest.raises(Refused, match=says):
        fetch(f"{at}/a", {}, "", "", tmp_path / "file", policy)


def test_a_file_that_never_ends_is_cut_off(httpserver, at, policy, tmp_path):
    httpserver.expect_request("/a").respond_with_data(b"x" * 200_000)
    little = Policy(policy.resolve, policy.allows, policy.context, most_bytes=100_000)
    with pytest.raises(Refused, match="is larger than"):
        fetch(f"{at}/a", {}, "", "", tmp_path / "file", little)


def test_without_a_policy_this_machine_is_not_fetched_from(httpserver, tmp_path):
    assert fetching.resolve("127.0.0.1", 443) == ["127.0.0.1"]
    with pytest.raises(Refused, match="only public addresses"):
        fetch(f"https://127.0.0.1:{httpserver.port}/a", {}, "", "", tmp_path / "file")
