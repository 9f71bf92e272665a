import os
from pathlib import Path

import pytest

from chappe.config.settings import (
    BadSettings,
    LogFormat,
    LogLevel,
    Secret,
    default_home,
    load_settings,
    split_address,
)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"CHAPPE_HOME": str(tmp_path)}


def test_nothing_given_is_enough(environ: dict[str, str], tmp_path: Path) -> None:
    settings = load_settings(environ)
    assert settings.home == tmp_path
    assert settings.database_url is None
    assert (settings.listen_host, settings.listen_port) == ("127.0.0.1", 8080)
    assert settings.log_format is LogFormat.CONSOLE


def test_command_line_over_environment_over_file(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "chappe.toml").write_text('listen = "127.0.0.1:1"\nlab = true\nlog_level = "debug"\n')
    environ |= {"CHAPPE_LISTEN": "127.0.0.1:2", "CHAPPE_LOG_LEVEL": "error", "CHAPPE_LAB": ""}
    settings = load_settings(environ, overrides={"listen": "127.0.0.1:3", "lab": None})
    assert settings.listen == "127.0.0.1:3"
    assert settings.log_level is LogLevel.ERROR
    assert settings.lab is True


def test_the_file_may_be_elsewhere(environ: dict[str, str], tmp_path: Path) -> None:
    elsewhere = tmp_path / "my.toml"
    elsewhere.write_text('trusted_proxies = ["10.0.0.0/8"]\nlisten = "0.0.0.0:80"')
    assert load_settings(environ, config=elsewhere).trusted_proxies == ("10.0.0.0/8",)
    assert load_settings(environ | {"CHAPPE_CONFIG": str(elsewhere)}).listen == "0.0.0.0:80"


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("CHAPPE_LISTEN", "8080", "HOST:PORT"),
        ("CHAPPE_LISTEN", "::1:8080", "brackets"),
        ("CHAPPE_LISTEN", "127.0.0.1:70000", "HOST:PORT"),
        ("CHAPPE_LISTEN", "0.0.0.0:8080", "trusted_proxies"),
        ("CHAPPE_LOG_LEVEL", "loud", "debug, info, warning, error"),
        ("CHAPPE_LAB", "perhaps", "bool"),
        ("CHAPPE_TRUSTED_PROXIES", "10.0.0.0/8, everyone", "everyone"),
        ("CHAPPE_DATABASE_URL", "mysql://x", "postgresql://"),
        ("CHAPPE_TLS_KEY", "/nowhere/key.pem", "does not exist"),
        ("CHAPPE_CONFIG", "/nowhere/chappe.toml", "does not exist"),
        ("CHAPPE_LISTN", "127.0.0.1:1", "Did you mean CHAPPE_LISTEN?"),
    ],
)
def test_a_bad_value_is_refused_with_its_key_and_a_remedy(
    environ: dict[str, str], name: str, value: str, says: str
) -> None:
    with pytest.raises(BadSettings) as caught:
        load_settings(environ | {name: value})
    assert says in caught.value.detail
    assert caught.value.field is not None
    assert caught.value.field.removeprefix("CHAPPE_").lower() == name.removeprefix("CHAPPE_").lower()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("listn = 1", "Did you mean listen?"),
        ("xyz = 1", "The settings are home, "),
        ("listen = 8080", "listen in "),
        ("listen = ", "cannot be read"),
    ],
)
def test_a_bad_file_is_refused(environ: dict[str, str], tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "chappe.toml").write_text(text)
    with pytest.raises(BadSettings) as caught:
        load_settings(environ)
    assert says in caught.value.detail


def test_other_peoples_variables_are_left_alone(environ: dict[str, str]) -> None:
    load_settings(environ | {"CHAPPE_API_KEY": "chp_live_x", "CHAPPE_URL": "http://127.0.0.1"})


def test_tls_needs_both_files(environ: dict[str, str], tmp_path: Path) -> None:
    certificate = tmp_path / "cert.pem"
    certificate.touch()
    with pytest.raises(BadSettings, match="tls_key is missing"):
        load_settings(environ | {"CHAPPE_TLS_CERTIFICATE": str(certificate)})
    both = {"CHAPPE_TLS_CERTIFICATE": str(certificate), "CHAPPE_TLS_KEY": str(certificate)}
    assert load_settings(environ | both | {"CHAPPE_LISTEN": "0.0.0.0:443"}).listen_port == 443


def test_secrets_show_nowhere(environ: dict[str, str]) -> None:
    settings = load_settings(environ | {"CHAPPE_DATABASE_URL": "postgresql://u:hunter2@h/d"})
    assert "hunter2" not in repr(settings)
    assert isinstance(settings.database_url, Secret)
    assert settings.database_url.reveal().endswith("hunter2@h/d")
    with pytest.raises(BadSettings) as caught:
        load_settings(environ | {"CHAPPE_DATABASE_URL": "mysql://u:hunter2@h/d"})
    assert "hunter2" not in str(caught.value)


def test_addresses() -> None:
    assert split_address("[::1]:80") == ("::1", 80)
    assert split_address("localhost:0") == ("localhost", 0)
    for wrong in ("", ":80", "host", "host:", "host:٣", "host:-1"):
        with pytest.raises(ValueError, match="HOST:PORT"):
            split_address(wrong)


def test_the_default_home_is_the_users_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    assert default_home({"XDG_DATA_HOME": "/data"}) == Path("/data/chappe")
    assert default_home({"XDG_DATA_HOME": "relative"}) == Path.home() / ".local/share/chappe"
    monkeypatch.setattr("sys.platform", "darwin")
    assert default_home({}) == Path.home() / "Library/Application Support/chappe"


def test_a_relative_home_is_made_absolute() -> None:
    assert load_settings({"CHAPPE_HOME": "somewhere"}).home == Path(os.getcwd()) / "somewhere"
