# SPDX-License-Identifier: Apache-2.0
"""Ways to make a key go elsewhere than where it is bound to. `{home}` is the port that the key `bound` belongs to, `{other}` that
of a server that must never see a byte of it; both are at 127.0.0.1."""

DENIED, MALFORMED = "permission_denied", "invalid_params"

#: `custom_host`, and what it is refused as.
CUSTOM_HOSTS = [
    # Another origin: port, host, scheme, default port, other spellings of the same host.
    ("http://127.0.0.1:{other}", DENIED),
    ("http://127.0.0.1:{other}/v1", DENIED),
    ("http://localhost:{home}", DENIED),
    ("HTTP://LOCALHOST:{other}", DENIED),
    ("https://127.0.0.1:{home}", DENIED),
    ("http://127.0.0.1", DENIED),
    ("http://127.0.0.1:80", DENIED),
    ("https://127.0.0.1:443", DENIED),
    ("http://127.0.0.2:{home}", DENIED),
    ("http://[::1]:{home}", DENIED),
    ("https://[::ffff:127.0.0.1]:{other}", DENIED),
    ("https://[0:0:0:0:0:ffff:7f00:1]:{other}", DENIED),
    ("https://[64:ff9b::127.0.0.1]:{other}", DENIED),
    ("https://0.0.0.0:{other}", DENIED),
    ("https://127.0.0.1.example.test:{home}", DENIED),
    ("https://169.254.169.254", DENIED),
    ("https://metadata.google.internal", DENIED),
    ("https://[fd00:ec2::254]", DENIED),
    ("https://xn--fiq228c.example:{other}", DENIED),
    # A host that hides behind a user name, a fragment, a query, a backslash or white space.
    ("http://127.0.0.1:{home}@127.0.0.1:{other}", MALFORMED),
    ("http://user:password@127.0.0.1:{other}", MALFORMED),
    ("http://127.0.0.1%3A{home}@127.0.0.1:{other}", MALFORMED),
    ("http://127.0.0.1:{other}#@127.0.0.1:{home}", MALFORMED),
    ("http://127.0.0.1:{other}?@127.0.0.1:{home}", MALFORMED),
    ("http://127.0.0.1:{other}\\@127.0.0.1:{home}", MALFORMED),
    ("http://127.0.0.1:{home} @127.0.0.1:{other}", MALFORMED),
    ("http://127.0.0.1:{home}\t.127.0.0.1:{other}", MALFORMED),
    ("http://127.0.0.1:{other}\r\nHost: 127.0.0.1:{home}", MALFORMED),
    ("http://127.0.0.1:{home}\x00@127.0.0.1:{other}", MALFORMED),
    ("http://127.0.0.1:{home}/../../@127.0.0.1:{other}", MALFORMED),
    # Other notations of an address.
    ("http://127.0.0.1.:{home}", MALFORMED),
    ("http://127.1:{other}", MALFORMED),
    ("http://0x7f.1:{other}", MALFORMED),
    ("http://0x7f000001:{other}", MALFORMED),
    ("http://2130706433:{other}", MALFORMED),
    ("http://0177.0.0.1:{other}", MALFORMED),
    ("http://127.0.0.01:{other}", MALFORMED),
    ("http://017700000001:{other}", MALFORMED),
    ("http://127.0.0.1%00.example.test:{other}", MALFORMED),
    ("http://127%2e0%2e0%2e1:{other}", MALFORMED),
    ("http://①②⑦.0.0.1:{other}", MALFORMED),
    ("http://127。0。0。1:{other}", MALFORMED),
    ("https://ехample.test:{other}", MALFORMED),
    ("http://[::1%25lo]:{other}", MALFORMED),
    ("http://[::1]{other}", MALFORMED),
    ("http://[::1", MALFORMED),
    ("http://[v1.fe80::a]:{other}", MALFORMED),
    # Ports and schemes.
    ("http://127.0.0.1:", MALFORMED),
    ("http://127.0.0.1:99999", MALFORMED),
    ("http://127.0.0.1:{other}{other}", MALFORMED),
    ("http://127.0.0.1:-{other}", MALFORMED),
    ("//127.0.0.1:{other}", MALFORMED),
    ("127.0.0.1:{other}", MALFORMED),
    ("http:127.0.0.1:{other}", MALFORMED),
    ("http:///127.0.0.1:{other}", MALFORMED),
    ("ftp://127.0.0.1:{other}", MALFORMED),
    ("file:///etc/passwd", MALFORMED),
    ("unix:///tmp/other.sock", MALFORMED),
    ("gopher://127.0.0.1:{other}/_GET", MALFORMED),
    ("http://10.0.0.1:{other}", MALFORMED),  # plain http leaves the host
]

#: Options of a call, and what they are refused as.
OPTIONS = [
    ("another provider for the key", {"virtual_key": "bound", "provider": "anthropic"}, DENIED),
    ("another key as its provider", {"virtual_key": "bound", "provider": "@second"}, DENIED),
    ("another provider in a config", {"config": {"virtual_key": "bound", "provider": "anthropic"}}, DENIED),
    ("a host in a config", {"config": {"virtual_key": "bound", "custom_host": "http://127.0.0.1:{other}"}}, DENIED),
    ("a host beside a config", {"config": {"virtual_key": "bound"}, "custom_host": "http://127.0.0.1:{other}"}, DENIED),
    ("a host for the keys of a config's targets", {
        "config": {"strategy": {"mode": "fallback"}, "targets": [{"virtual_key": "bound"}, {"virtual_key": "second"}]},
        "custom_host": "http://127.0.0.1:{other}"}, DENIED),
    ("a host above a config's targets", {"config": {
        "custom_host": "http://127.0.0.1:{other}", "strategy": {"mode": "single"}, "targets": [{"virtual_key": "bound"}]}}, DENIED),
    ("another provider in every target", {"config": {"strategy": {"mode": "loadbalance"}, "targets": [
        {"virtual_key": "bound", "provider": "groq"}, {"virtual_key": "bound", "provider": "mistral-ai"}]}}, DENIED),
    ("a malformed host in a config", {"config": {"virtual_key": "bound", "custom_host": "http://0x7f.1:{other}"}}, MALFORMED),
]

#: `forward_headers` that would carry or replace the credential, or the host.
HEADERS = [
    ({"authorization": "Bearer x"}, "bound"), ({"Authorization": "Bearer x"}, "bound"), ({"host": "127.0.0.1:{other}"}, "bound"),
    ({"HOST": "127.0.0.1:{other}"}, "bound"), ({"x-api-key": "x"}, "bound"), ({"api-key": "x"}, "bound"),
    ({"proxy-authorization": "x"}, "bound"), ({"connection": "authorization"}, "bound"), ({"transfer-encoding": "chunked"}, "bound"),
    ({"content-length": "0"}, "bound"), ({"cookie": "x"}, "bound"), ({"te": "trailers"}, "bound"), ({"upgrade": "h2c"}, "bound"),
    ({"x-vendor-key": "x"}, "vendor"), ({"X-Vendor-Key": "x"}, "vendor"), ({"x: y\r\nhost": "127.0.0.1:{other}"}, "bound"),
    ({"x-y": "z\r\nhost: 127.0.0.1:{other}"}, "bound"), ({":authority": "127.0.0.1:{other}"}, "bound"), ({"": "x"}, "bound"),
]

#: What a provider may answer to send a request on, and whether that leads to another origin.
REDIRECTS = [
    (301, "http://127.0.0.1:{other}/v1/chat/completions", True), (302, "http://127.0.0.1:{other}/", True),
    (303, "http://127.0.0.1:{other}/", True), (307, "http://127.0.0.1:{other}/v1/chat/completions", True),
    (308, "http://127.0.0.1:{other}/v1/chat/completions", True), (307, "//127.0.0.1:{other}/", True),
    (307, "http://localhost:{home}/", True), (307, "https://127.0.0.1:{home}/", True),
    (307, "http://127.0.0.1:{home}@127.0.0.1:{other}/", True), (307, "/\\127.0.0.1:{other}/", True),
    (307, "http://127.1:{other}/?x=http://127.0.0.1:{home}", True), (307, "/v2/chat/completions", False),
    (307, "http://127.0.0.1:{home}/v2?to=http://127.0.0.1:{other}#x", False),
]

#: Addresses that a name must not lead to.
HOST_ADDRESSES = [
    "127.0.0.1", "127.0.0.53", "127.255.255.254", "0.0.0.0", "169.254.169.254", "169.254.0.1", "100.100.100.200", "168.63.129.16",
    "224.0.0.1", "255.255.255.255",
    "::1", "::", "fe80::1", "fd00:ec2::254", "fd20:ce::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254",
    "64:ff9b::127.0.0.1", "64:ff9b::169.254.169.254", "64:ff9b:1::169.254.169.254", "2002:7f00:1::1", "2002:a9fe:a9fe::1",
]
