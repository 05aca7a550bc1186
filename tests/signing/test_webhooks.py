"""Webhooks of known senders pass; whatever is changed about them does not."""

import base64
import hashlib
import hmac
import logging

import pytest
from django.core.cache.backends.locmem import LocMemCache
from django.core.signing import BadSignature
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from django_rustaccel.exceptions import InvalidSignatureError
from django_rustaccel.signing import WebhookVerifier, verify_signature

NOW = 1_700_000_000
BODY = b'{"event": "\xc3\xbc"}'
SECRET = "whsec_" + base64.b64encode(b"a secret of some length").decode()
OTHER = "whsec_" + base64.b64encode(b"the secret after rotation").decode()


def standard(body=BODY, secret=SECRET, message="msg_1", at=NOW):
    key = base64.b64decode(secret.removeprefix("whsec_"))
    tag = hmac.digest(key, f"{message}.{at}.".encode() + body, "sha256")
    signature = "v1," + base64.b64encode(tag).decode()
    return {"webhook-id": message, "webhook-timestamp": str(at), "webhook-signature": signature}


def github(body=BODY, secret=SECRET):
    return {
        "X-Hub-Signature-256": "sha256=" + hmac.new(secret.encode(), body, "sha256").hexdigest()
    }


def stripe(body=BODY, secret=SECRET, at=NOW):
    tag = hmac.new(secret.encode(), f"{at}.".encode() + body, "sha256").hexdigest()
    return {"Stripe-Signature": f"t={at},v0=old,v1={'0' * 64},v1={tag}"}


def slack(body=BODY, secret=SECRET, at=NOW):
    tag = hmac.new(secret.encode(), f"v0:{at}:".encode() + body, "sha256").hexdigest()
    return {"X-Slack-Signature": "v0=" + tag, "X-Slack-Request-Timestamp": str(at)}


def shopify(body=BODY, secret=SECRET):
    tag = hmac.digest(secret.encode(), body, "sha256")
    return {"X-Shopify-Hmac-Sha256": base64.b64encode(tag).decode()}


def generic(body=BODY, secret=SECRET):
    return {"X-Signature": hmac.new(secret.encode(), body, "sha256").hexdigest()}


SENDERS = {
    "standard": standard,
    "github": github,
    "stripe": stripe,
    "slack": slack,
    "shopify": shopify,
    "hmac": generic,
}
every_sender = pytest.mark.parametrize("scheme", SENDERS)
timed = pytest.mark.parametrize("scheme", ["standard", "stripe", "slack"])


def refused(verifier, body, headers, now=NOW):
    with pytest.raises(InvalidSignatureError) as caught:
        verifier.verify(body, headers, now=now)
    return str(caught.value)


@every_sender
def test_a_signed_message_passes(scheme):
    headers = SENDERS[scheme]()
    for spelled in (headers, {name.lower(): value for name, value in headers.items()}):
        WebhookVerifier(scheme, SECRET).verify(BODY, spelled, now=NOW)


@every_sender
def test_any_of_several_secrets(scheme):
    headers = SENDERS[scheme]()
    WebhookVerifier(scheme, [OTHER, SECRET]).verify(BODY, headers, now=NOW)
    refused(WebhookVerifier(scheme, [OTHER]), BODY, headers)


@every_sender
def test_a_changed_message_does_not(scheme):
    verifier = WebhookVerifier(scheme, SECRET)
    headers = SENDERS[scheme]()
    refused(verifier, BODY + b" ", headers)
    refused(verifier, b"", headers)
    for name, value in headers.items():
        refused(verifier, BODY, {**headers, name: value[:-1] + "!"})
        refused(verifier, BODY, {**headers, name: ""})
        without = {other: text for other, text in headers.items() if other != name}
        assert name in refused(verifier, BODY, without)


@every_sender
@pytest.mark.parametrize("unset", [None, "", b"", [], [None], ["", None]])
def test_without_a_secret_nothing_passes(scheme, unset):
    headers = SENDERS[scheme](secret="whsec_")
    assert "No webhook secret" in refused(WebhookVerifier(scheme, unset), BODY, headers)


@timed
@pytest.mark.parametrize(("away", "passes"), [(0, 1), (300, 1), (-300, 1), (301, 0), (-301, 0)])
def test_tolerance(scheme, away, passes):
    headers = SENDERS[scheme](at=NOW + away)
    verifier = WebhookVerifier(scheme, SECRET)
    if passes:
        assert verifier.verify(BODY, headers, now=NOW).timestamp == NOW + away
    else:
        assert "too far" in refused(verifier, BODY, headers)


@timed
@pytest.mark.parametrize("at", ["", "x", "-1", "1e9", "٣", "9" * 400])
def test_times_that_are_none(scheme, at):
    refused(WebhookVerifier(scheme, SECRET), BODY, SENDERS[scheme](at=at))


@every_sender
def test_a_message_is_accepted_once(scheme):
    cache = LocMemCache(scheme, {})
    cache.clear()
    verifier = WebhookVerifier(scheme, [SECRET, OTHER], replay_cache=cache)
    good = SENDERS[scheme]()
    bad = {name: value[:-2] + "00" for name, value in good.items()}
    refused(verifier, BODY, bad)
    verifier.verify(BODY, good, now=NOW)
    assert "before" in refused(verifier, BODY, good)
    # The same message under the other secret is still the same message.
    assert "before" in refused(verifier, BODY, SENDERS[scheme](secret=OTHER))
    verifier.verify(b"another", SENDERS[scheme](body=b"another"), now=NOW)


def test_only_well_signed_messages_are_remembered():
    cache = LocMemCache("unsigned", {})
    verifier = WebhookVerifier("github", SECRET, replay_cache=cache)
    refused(verifier, BODY, github(secret="wrong"))
    assert not cache._cache


def test_several_signatures_in_one_header():
    headers = standard()
    headers["webhook-signature"] = "v1,AAAA v2,xx " + headers["webhook-signature"] + " v1a,"
    message = WebhookVerifier("standard", SECRET).verify(BODY, headers, now=NOW)
    assert message == ("msg_1", NOW)


def test_the_published_example_of_standard_webhooks():
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    verifier = WebhookVerifier("standard", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    verifier.verify('{"test": 2432232314}', headers, now=1614265330)


def test_ed25519():
    keys = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.ed25519")
    private = keys.Ed25519PrivateKey.generate()
    public = base64.b64encode(private.public_key().public_bytes_raw()).decode()
    signature = private.sign(b"msg_1." + str(NOW).encode() + b"." + BODY)
    written = "v1a," + base64.b64encode(signature).decode()
    headers = {**standard(), "webhook-signature": written}
    verifier = WebhookVerifier("standard", "whpk_" + public)
    verifier.verify(BODY, headers, now=NOW)
    refused(verifier, BODY + b" ", headers)
    refused(verifier, BODY, standard())
    # A public key is no HMAC secret: nobody can sign with what everybody knows.
    forged = standard(secret="whsec_" + public)
    refused(verifier, BODY, forged)
    refused(verifier, BODY, {**forged, "webhook-signature": forged["webhook-signature"] + " v1a,"})


def test_djangos_requests():
    request = RequestFactory().post("/", BODY, content_type="application/json", headers=github())
    WebhookVerifier("github", SECRET).verify_request(request)
    assert request.body == BODY


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        (("gitlab", "x"), {}),
        (("hmac", "x"), {"algorithm": "md5"}),
        (("hmac", "x"), {"algorithm": "ed25519"}),
        (("standard", "whsec_!!!"), {}),
        (("standard", "whpk_AAAA"), {}),
    ],
)
def test_wrong_settings_are_told_at_once(arguments, options):
    with pytest.raises(ValueError, match=r".") as caught:
        WebhookVerifier(*arguments, **options)
    assert "!!!" not in str(caught.value)


def test_secrets_are_told_to_nobody(caplog):
    verifier = WebhookVerifier("hmac", "my secret")
    with caplog.at_level(logging.DEBUG):
        text = refused(verifier, BODY, generic()) + repr(verifier) + caplog.text
    assert "my secret" not in text
    assert hmac.new(b"my secret", BODY, "sha256").hexdigest() not in text


SPELLINGS = [
    bytes,
    bytes.hex,
    lambda tag: tag.hex().upper(),
    base64.b64encode,
    base64.urlsafe_b64encode,
    lambda tag: base64.b64encode(tag).decode(),
    lambda tag: base64.b64encode(tag).decode().rstrip("="),
]


@given(
    message=st.binary(max_size=300),
    key=st.binary(min_size=1, max_size=200),
    algorithm=st.sampled_from(["sha1", "sha256", "sha384", "sha512"]),
    spell=st.sampled_from(SPELLINGS),
)
def test_signatures_in_every_spelling(message, key, algorithm, spell):
    tag = hmac.digest(key, message, algorithm)
    verify_signature(message, spell(tag), key, algorithm=algorithm)
    wrong = bytes([tag[0] ^ 1]) + tag[1:]
    for bad in (spell(wrong), "", b"", spell(tag[:-1])):
        with pytest.raises(BadSignature):
            verify_signature(message, bad, key, algorithm=algorithm)


def test_texts_large_messages_and_empty_keys():
    large = "ü" * 100_000
    tag = hmac.new(b"key", large.encode(), hashlib.sha512).hexdigest()
    verify_signature(large, tag, "key", "sha512")
    with pytest.raises(InvalidSignatureError, match="No key"):
        verify_signature("m", hmac.new(b"", b"m", "sha256").hexdigest(), "")
    with pytest.raises(ValueError, match="md5"):
        verify_signature("m", "00", "key", "md5")
