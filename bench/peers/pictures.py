"""Pictures for bench/prepare, and what transformers makes of them.

pictures.py make DIRECTORY COUNT    480x640 JPEG files, and the configuration of a LLaVA-1.6 model
pictures.py run DIRECTORY THREADS   prints one JSON object, as Pictures.java does
pictures.py compare OURS PEER       requires equal tiles, prints the figures
"""

import concurrent.futures
import hashlib
import json
import pathlib
import resource
import shutil
import sys
import time

PROCESSOR = {"image_processor_type": "LlavaNextImageProcessor", "size": {"shortest_edge": 336}, "crop_size": {"height": 336, "width": 336}}


def make(directory, count):
    import numpy
    from PIL import Image

    shutil.rmtree(directory, ignore_errors=True)
    (directory / "model").mkdir(parents=True)
    (directory / "pictures").mkdir()
    (directory / "model" / "config.json").write_text(json.dumps({"model_type": "llava_next"}))
    (directory / "model" / "preprocessor_config.json").write_text(json.dumps(PROCESSOR))
    rows, columns = numpy.linspace(0, 1, 480)[:, None], numpy.linspace(0, 1, 640)[None, :]
    for index in range(count):
        generator = numpy.random.default_rng(index)
        waves = [numpy.sin(40 * (a * rows + b * columns + c)) for a, b, c in generator.uniform(0, 2, (3, 3))]
        pixels = numpy.stack(waves, axis=-1) * 90 + 128 + generator.normal(0, 10, (480, 640, 3))
        picture = Image.fromarray(numpy.clip(pixels, 0, 255).astype(numpy.uint8))
        picture.save(directory / "pictures" / f"{index:05d}.jpg", quality=85)


def run(directory, threads):
    import torch
    from PIL import Image
    from transformers import AutoImageProcessor

    torch.set_num_threads(1)  # with a picture a thread it is faster than with one picture on all
    processor = AutoImageProcessor.from_pretrained(directory / "model")
    files = sorted((directory / "pictures").iterdir())

    def tiles(file, **steps):
        with Image.open(file) as picture:
            return processor([picture], return_tensors="pt", **steps)["pixel_values"][0]

    def levels(file):
        return tiles(file, do_rescale=False, do_normalize=False)

    def timed(pool, work):
        start, start_of_cpu = time.perf_counter(), time.process_time()
        for _ in pool.map(work, files):
            pass
        return time.perf_counter() - start, time.process_time() - start_of_cpu

    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        sha = hashlib.sha256()
        for each in pool.map(levels, files):  # also warms up
            sha.update(each.byte().numpy().tobytes())
        seconds, cpu_seconds = timed(pool, tiles)
        _, cpu_seconds_of_levels = timed(pool, levels)
    report = {"pictures": len(files), "seconds": seconds, "cpu_seconds": cpu_seconds, "cpu_seconds_of_levels": cpu_seconds_of_levels}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps(report | {"sha256": sha.hexdigest(), "peak_bytes": peak}))


def compare(ours, peer):
    ours, peer = (json.loads(path.read_text()) for path in (ours, peer))
    if ours["sha256"] != peer["sha256"]:
        sys.exit(f"Cannot compare: the tiles differ (SHA-256 {ours['sha256']} here, {peer['sha256']} at the peer's)")
    speed, speed_of_peer = (each["pictures"] / each["seconds"] for each in (ours, peer))
    cpu, cpu_of_peer, cpu_of_levels = (
        1000 * report[key] / report["pictures"] for report, key in ((ours, "cpu_seconds"), (peer, "cpu_seconds"), (peer, "cpu_seconds_of_levels"))
    )
    print(f"processor time of a picture: ours {cpu:.1f} ms, peer {cpu_of_peer:.1f} ms, {cpu_of_levels:.1f} ms of them for uint8 tiles")
    print(f"{ours['pictures']} pictures, the same tiles; memory: ours {ours['peak_bytes'] / 1e9:.2f} GB, peer {peer['peak_bytes'] / 1e9:.2f} GB")
    print(
        f"prepare: {speed / speed_of_peer:.2f} x (ours {speed:.0f} images/s, peer {speed_of_peer:.0f} images/s),"
        f" memory {ours['peak_bytes'] / peer['peak_bytes']:.2f} of the peer's"
    )


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    first, last = pathlib.Path(sys.argv[2]), sys.argv[3]
    {"make": lambda: make(first, int(last)), "run": lambda: run(first, int(last)), "compare": lambda: compare(first, pathlib.Path(last))}[sys.argv[1]]()
