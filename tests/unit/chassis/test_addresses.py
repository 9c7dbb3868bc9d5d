import pytest

from chassis.runtime.addresses import check_client, is_here


def check(address: str, *, has_authority: bool = False, plain_hosts: frozenset[str] = frozenset()) -> None:
    check_client(address, has_authority=has_authority, plain_hosts=plain_hosts)


@pytest.mark.parametrize(
    "address",
    [
        "amqp://v:p@127.0.0.1:5672/ketuk",
        "amqp://v:p@[::1]/ketuk,amqp://v:p@localhost/ketuk",
        "amqps://v:p@broker:5671/ketuk",
        "postgresql://v:p@127.0.0.1/verification",
        "postgresql:///verification?host=/var/run/postgresql",
        "postgresql:///verification",
        "postgresql://v:p@database/verification?sslmode=verify-full&sslrootcert=/ca.pem",
        "http://127.0.0.1:4318",
        "https://collector:4318",
    ],
)
def test_check_client_takes_the_loopback_and_tls(address: str) -> None:
    check(address)


@pytest.mark.parametrize(
    "address",
    [
        "amqp://v:s3cret@broker/ketuk",
        "amqp://v:s3cret@10.0.0.7/ketuk",
        "amqp://v:s3cret@[fd00::7]:5672/ketuk",
        "amqp://v:s3cret@127.0.0.1/ketuk,amqp://v:s3cret@broker/ketuk",
        "amqps://v:s3cret@broker/ketuk?no_verify_ssl=1",
        "postgresql://v:s3cret@database/verification",
        "postgres://v:s3cret@database/verification?sslmode=require",
        "postgresql://v:s3cret@127.0.0.1,database:5433/verification",
        "postgresql://v:s3cret@/verification?host=database",
        "http://collector:4318",
    ],
)
def test_check_client_refuses_a_line_that_others_may_read_and_quotes_no_password(address: str) -> None:
    with pytest.raises(ValueError, match="is another machine") as refused:
        check(address)
    assert "s3cret" not in str(refused.value)


def test_check_client_takes_a_database_whose_authority_is_known() -> None:
    check("postgresql://v:p@database/verification", has_authority=True)


def test_check_client_takes_no_broker_by_plain_amqp_though_an_authority_is_known() -> None:
    with pytest.raises(ValueError, match="amqps"):
        check("amqp://v:p@broker/ketuk", has_authority=True)


def test_check_client_takes_what_the_operator_admits_and_no_other() -> None:
    admitted = frozenset({"collector"})
    check("http://collector:4318", plain_hosts=admitted)
    with pytest.raises(ValueError, match="another machine"):
        check("http://collector.example:4318", plain_hosts=admitted)


def test_check_client_sees_the_host_that_the_environment_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "database")
    with pytest.raises(ValueError, match="database is another machine"):
        check("postgresql:///verification")


def test_is_here_knows_the_loopback() -> None:
    assert all(is_here(host) for host in ("localhost", "127.0.0.1", "127.9.9.9", "::1", "/run/socket"))
    assert not any(is_here(host) for host in ("0.0.0.0", "::", "10.0.0.1", "localhost.example", "broker"))  # noqa: S104  none is bound
