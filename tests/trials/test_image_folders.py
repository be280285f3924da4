"""Images from folders that somebody has, and the trial that asks for them."""

import numpy as np
import pytest
from PIL import Image

from numeric import larger_images
from numeric._image_folders import images
from symlag.errors import DataError
from symlag.trials import Setting, use_setting

DICE = np.random.default_rng(0)


@pytest.fixture
def cifar(tmp_path):
    """Twenty images in the binary format of CIFAR-10: a byte for the class, then three planes of 1024."""
    rows = DICE.integers(0, 256, (20, 3073), dtype=np.uint8)
    rows[:, 0] %= 10
    (tmp_path / "cifar-10-batches-bin").mkdir()
    rows.tofile(tmp_path / "cifar-10-batches-bin" / "data_batch_1.bin")
    return tmp_path, rows


def test_cifar_is_read_byte_by_byte(cifar):
    folder, rows = cifar
    with use_setting(Setting(data=folder)):
        seen = images()
    assert (seen.size, seen.pixels.dtype) == (32, seen.pixels.double().dtype)
    assert (seen.classes.numpy() == rows[:, 0]).all()
    assert seen.pixels.numpy() * 255 == pytest.approx(rows[:, 1:])


def test_tiny_imagenet_is_read_class_by_class_with_and_without_colours(tmp_path):
    for name, color in (("n1", (255, 0, 0)), ("n2", 128)):
        folder = tmp_path / "tiny-imagenet-200" / "train" / name / "images"
        folder.mkdir(parents=True)
        Image.new("RGB" if name == "n1" else "L", (64, 64), color).save(folder / f"{name}_0.JPEG")
    with use_setting(Setting(data=tmp_path)):
        seen = images()
    assert (seen.size, seen.classes.tolist(), seen.pixels.shape) == (64, [0, 1], (2, 3 * 64**2))
    planes = seen.pixels.unflatten(1, (3, -1)).mean(-1)
    assert planes[0].numpy() == pytest.approx([1, 0, 0], abs=0.02)
    assert planes[1].numpy() == pytest.approx([128 / 255] * 3, abs=0.02)


def test_the_charges_of_such_images_are_tried(cifar, monkeypatch):
    monkeypatch.setattr(larger_images, "STEPS", 3)
    with use_setting(Setting(data=cifar[0])):
        claims = larger_images.study().claims
    assert [claim.says.partition(":")[0] for claim in claims] == ["translation", "scale", "rescale"]
    assert max(claim.measured for claim in claims) < 1e-5


def test_without_a_folder_the_trial_says_what_to_do():
    with pytest.raises(DataError, match=r"the trial needs a folder of CIFAR-10 .* write symlag trials --data FOLDER"):
        larger_images.study()


@pytest.mark.parametrize(
    ("name", "size", "wrong"),
    [
        ("data_batch_1.bin", 5000, "its size is no multiple of 3073 bytes"),
        ("data_batch_1.bin", 0, "its size is no multiple of 3073 bytes"),
        ("notes.txt", 1, "there are neither data_batch_"),
    ],
)
def test_a_folder_of_something_else_is_refused(tmp_path, name, size, wrong):
    (tmp_path / name).write_bytes(bytes(size))
    with use_setting(Setting(data=tmp_path)), pytest.raises(DataError, match=wrong):
        images()
