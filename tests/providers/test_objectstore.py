"""Files on S3-compatible storage keep their port's promises, and are what they were whenever they are opened."""

from __future__ import annotations

import hashlib
import io
import itertools
from pathlib import Path

import pytest

from lyceum.errors import ConfigError, StoreDamaged, Unreachable
from lyceum.providers.objectstore import ObjectBlobStore, ObjectStore, Place
from lyceum.testing import BlobStoreSuite
from servers import S3

_FOLDERS = itertools.count()


@pytest.fixture
def place(s3: S3) -> Place:
    """A folder of one's own in the bucket."""
    bucket, query = s3.url.split("?")
    return Place.parse(f"{bucket}/t{next(_FOLDERS)}?{query}", s3.key, s3.secret)


@pytest.fixture
def store(place: Place, tmp_path: Path) -> ObjectBlobStore:
    return ObjectBlobStore(place, tmp_path / "near")


class TestObjectBlobStore(BlobStoreSuite):
    @pytest.fixture(autouse=True)
    def _place(self, place: Place) -> None:
        self.place = place

    def make(self, folder: Path) -> ObjectBlobStore:
        return ObjectBlobStore(self.place, folder / "near")


def put(store: ObjectBlobStore, content: bytes) -> str:
    return store.put(io.BytesIO(content), limit=1 << 30)[0]


def test_another_machine_reads_what_one_has_put(store, place, tmp_path):
    content = bytes(range(256)) * 60_000  # in several parts
    sha256 = put(store, content)
    other = ObjectBlobStore(place, tmp_path / "other")
    assert other.has(sha256)
    assert other.open(sha256).read_bytes() == content


def test_a_damaged_object_is_not_read(store, place, tmp_path):
    sha256 = put(store, b"The looms stood still.")
    ObjectStore(place).put(f"blobs/{sha256[:2]}/{sha256}", b"The looms stood stil1.")
    with pytest.raises(StoreDamaged):
        ObjectBlobStore(place, tmp_path / "other").open(sha256)


def test_a_damaged_copy_is_fetched_anew(store):
    sha256 = put(store, b"The looms stood still.")
    store.open(sha256).write_bytes(b"scribbled over")
    assert store.open(sha256).read_bytes() == b"The looms stood still."


def test_copies_make_room_for_those_that_are_used(place, tmp_path):
    store = ObjectBlobStore(place, tmp_path / "near", keep=3_000)
    names = [put(store, bytes([n]) * 1_000) for n in range(8)]
    near = {path.name for path in (tmp_path / "near").glob("??/*")}
    assert names[-1] in near
    assert len(near) == 4
    assert [hashlib.sha256(store.open(name).read_bytes()).hexdigest() for name in names] == names


def test_putting_a_damaged_object_again_mends_it(store, place, tmp_path):
    sha256 = put(store, b"one")
    ObjectStore(place).put(f"blobs/{sha256[:2]}/{sha256}", b"two")
    put(store, b"one")
    assert ObjectBlobStore(place, tmp_path / "other").open(sha256).read_bytes() == b"one"


def test_an_object_is_created_once(place):
    objects = ObjectStore(place)
    assert objects.create("manifest", b"one")
    assert not objects.create("manifest", b"two")
    assert objects.get("manifest") == b"one"
    assert objects.get("nothing") is None


def test_a_wrong_key_is_a_wrong_setting(s3, tmp_path):
    place = Place.parse(s3.url, s3.key, "not the secret")
    with pytest.raises(ConfigError) as caught:
        ObjectBlobStore(place, tmp_path).has("0" * 64)
    assert caught.value.code == "blobs_refused"


def test_a_store_that_does_not_answer_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("lyceum.providers.objectstore._RETRIES", 0)
    store = ObjectBlobStore(Place.parse("s3://lyceum?endpoint=http://127.0.0.1:1", "k", "s"), tmp_path)
    with pytest.raises(Unreachable) as caught:
        store.has("0" * 64)
    assert (caught.value.code, caught.value.retryable) == ("blobs_unreachable", True)


@pytest.mark.parametrize(
    "url", ["", "lyceum", "http://127.0.0.1/lyceum", "s3://", "s3://lyceum?endpoint", "s3://lyceum?key=abc"]
)
def test_a_wrong_address_is_told(url):
    with pytest.raises(ConfigError) as caught:
        Place.parse(url, "", "")
    assert caught.value.code == "blobs_url_wrong"


def test_an_address_says_bucket_folder_endpoint_and_region():
    place = Place.parse("s3://b/some/folder?endpoint=https://s3.example.org&region=eu-west-1", "k", "s")
    assert place == Place("b", "some/folder", "https://s3.example.org", "eu-west-1", "k", "s")
    assert Place.parse("s3://b", "", "").folder == ""
