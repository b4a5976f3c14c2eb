"""Names under which applications keep secrets."""

import pytest

from admin_ext.secret_names import is_secret_name, words_of


def test_names_are_taken_apart():
    assert words_of("hashedPassword") == ["hashed", "password"]
    assert words_of("API_KEY-v2.old") == ["api", "key", "v", "2", "old"]
    assert words_of("JWTToken") == ["jwt", "token"]
    assert words_of("contraseñaVieja") == ["contraseña", "vieja"]
    assert words_of("") == words_of("$_.") == []


@pytest.mark.parametrize(
    "name",
    [
        *("password", "hashedPassword", "hashed_password", "PASSWORD", "pwd"),
        *("userpassword", "passwordHash", "salt", "token", "refreshToken", "tokens"),
        *("accesstoken", "clientSecret", "apiKey", "api_key", "APIKey", "apikey"),
        *("private-key", "sshKeys", "resetPasswordToken", "Passwort", "contraseña"),
        *("otp", "cvv", "credentials", "session_key", "oauth.access_token"),
    ],
)
def test_names_of_secrets(name):
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        *("name", "key", "keys", "keyword", "monkey", "hashtag", "hashtags", "spin"),
        *("passwordChangedAt", "tokenCount", "resetPasswordExpires", "passenger"),
        *("compass", "secretary", "token_type", "saltiness", "", "_id", "$"),
        *("primaryKey", "shipping", "opinion", "password_updated"),
    ],
)
def test_other_names(name):
    assert not is_secret_name(name)
