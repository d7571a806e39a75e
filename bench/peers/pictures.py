"""Pictures for bench/prepare, and what transformers makes of them.

pictures.py make DIRECTORY COUNT              480x640 JPEG files, no two alike, and the configuration of a LLaVA-1.6 model
pictures.py run DIRECTORY THREADS             prints one JSON object, as Pictures.java does
pictures.py compare DIRECTORY THREADS         requires equal tiles in ours-*.json and peer-*.json, prints the figures of the fastest round of each
"""

import collections
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
    for _ in concurrent.futures.ThreadPoolExecutor().map(lambda index: draw(directory / "pictures" / f"{index:05d}.jpg", index), range(count)):
        pass


def draw(file, index):
    """Waves of any length, edges, noise of any strength; as JPEG of any usual quality, chroma at half size or full."""
    import numpy
    from PIL import Image

    generator = numpy.random.default_rng(index)
    rows, columns = numpy.linspace(0, 1, 480, dtype=numpy.float32)[:, None], numpy.linspace(0, 1, 640, dtype=numpy.float32)[None, :]
    length = generator.uniform(5, 80)
    waves = [numpy.sin(numpy.float32(length) * (a * rows + b * columns + c)) for a, b, c in generator.uniform(0, 2, (3, 3)).astype(numpy.float32)]
    pixels = numpy.stack(waves, axis=-1) * 90 + 128
    for _ in range(generator.integers(0, 40)):
        top, left, high, wide = generator.integers((0, 0, 2, 2), (480, 640, 240, 320))
        pixels[top : top + high, left : left + wide] = generator.integers(0, 256, 3)
    pixels += generator.standard_normal((480, 640, 3), dtype=numpy.float32) * numpy.float32(generator.uniform(0, 14))
    picture = Image.fromarray(numpy.clip(pixels, 0, 255).astype(numpy.uint8))
    picture.save(file, quality=int(generator.integers(75, 96)), subsampling=int(generator.choice([0, 2], p=[0.2, 0.8])))


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

    def each(pool, work):
        waiting = collections.deque()
        for file in files:
            if len(waiting) == 2 * threads:
                yield waiting.popleft().result()
            waiting.append(pool.submit(work, file))
        yield from (future.result() for future in waiting)

    def timed(pool, work):
        start, start_of_cpu = time.perf_counter(), time.process_time()
        for _ in each(pool, work):
            pass
        return time.perf_counter() - start, time.process_time() - start_of_cpu

    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        sha = hashlib.sha256()
        for made in each(pool, levels):  # also warms up
            sha.update(made.byte().numpy().tobytes())
        seconds, cpu_seconds = timed(pool, tiles)
        _, cpu_seconds_of_levels = timed(pool, levels)
    report = {"pictures": len(files), "seconds": seconds, "cpu_seconds": cpu_seconds, "cpu_seconds_of_levels": cpu_seconds_of_levels}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps(report | {"sha256": sha.hexdigest(), "peak_bytes": peak}))


def compare(directory, threads):
    rounds = {side: [json.loads(path.read_text()) for path in sorted(directory.glob(side + "-*.json"))] for side in ("ours", "peer")}
    digests = {report["sha256"] for reports in rounds.values() for report in reports}
    if len(digests) != 1:
        sys.exit(f"Cannot compare: the tiles differ (SHA-256 {sorted(digests)})")
    ours, peer = (min(rounds[side], key=lambda report: report["seconds"]) for side in ("ours", "peer"))
    speed, speed_of_peer = (each["pictures"] / each["seconds"] for each in (ours, peer))
    cpu, cpu_of_peer, cpu_of_levels = (
        1000 * report[key] / report["pictures"] for report, key in ((ours, "cpu_seconds"), (peer, "cpu_seconds"), (peer, "cpu_seconds_of_levels"))
    )
    print(f"processor time of a picture: ours {cpu:.1f} ms, peer {cpu_of_peer:.1f} ms, {cpu_of_levels:.1f} ms of them for uint8 tiles")
    use, use_of_peer = (100 * each["cpu_seconds"] / each["seconds"] / threads for each in (ours, peer))
    print(f"use of {threads} processors: ours {use:.0f} %, peer {use_of_peer:.0f} %")
    print(f"{ours['pictures']} pictures, the same tiles; memory: ours {ours['peak_bytes'] / 1e9:.2f} GB, peer {peer['peak_bytes'] / 1e9:.2f} GB")
    print(
        f"prepare: {speed / speed_of_peer:.2f} x (ours {speed:.0f} images/s, peer {speed_of_peer:.0f} images/s),"
        f" memory {ours['peak_bytes'] / peer['peak_bytes']:.2f} of the peer's"
    )


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    {"make": make, "run": run, "compare": compare}[sys.argv[1]](pathlib.Path(sys.argv[2]), int(sys.argv[3]))
