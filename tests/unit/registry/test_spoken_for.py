from ipaddress import ip_network

import pytest

from registry.access.forwarded_for import origin_of

OURS = (ip_network("172.31.255.240/28"), ip_network("fd00::/64"))
WEB = "172.31.255.242"


@pytest.mark.parametrize(
    ("connected", "said", "origin"),
    [
        pytest.param("10.0.0.7", [], "10.0.0.7", id="nobody speaks for another"),
        pytest.param(WEB, ["10.0.0.7"], "10.0.0.7", id="our web server speaks for somebody"),
        pytest.param("10.0.0.7", ["10.0.0.8"], "10.0.0.7", id="whoever is not ours is not believed"),
        pytest.param(WEB, ["10.0.0.8", "10.0.0.7"], "10.0.0.7", id="nor what they told our web server"),
        pytest.param(WEB, ["10.0.0.7", "172.31.255.243"], "10.0.0.7", id="one of ours behind another"),
        pytest.param("fd00::2", ["2001:db8::7"], "2001:db8::7", id="IPv6"),
        pytest.param(WEB, [], WEB, id="our web server says nothing"),
        pytest.param(WEB, ["", " "], WEB, id="nor where the header is empty"),
        pytest.param(WEB, ["10.0.0.7", "unknown"], WEB, id="what is no address is nobody's"),
        pytest.param(WEB, ["172.31.255.243"], "172.31.255.243", id="somebody at a web server itself"),
        pytest.param("", ["10.0.0.7"], "", id="no address at all"),
    ],
)
def test_a_request_comes_from_the_nearest_address_that_is_not_our_web_servers(
    connected: str, said: list[str], origin: str
) -> None:
    assert origin_of(connected, said=said, web_servers=OURS) == origin
