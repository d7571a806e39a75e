"""Seeded random faults in a training run on separate processes; see bench/soak-kills."""

import collections
import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

BEGIN = time.time()
ROOT = Path(sys.argv[1])
MINUTES = float(sys.argv[2])
SEED = int(sys.argv[3])
WORKERS = int(os.environ.get("WORKERS", "2"))
SPARES = int(os.environ.get("SPARES", "1"))
STEPS = int(os.environ.get("STEPS", "400"))
WORK = Path(os.environ.get("BENCH_DIR", ROOT / ".cache/soak"))
MODEL = ROOT / "model-core/src/test/resources/golden/llavanext-tiny/model"
# Each with its share.
FAULTS = {"kill -9 of a worker": 6, "kill -9 of two at once": 3, "SIGSTOP of a worker": 3, "SIGTERM of a worker": 3,
          "kill -9 of the driver": 2, "SIGTERM of the driver": 1, "bit flipped in the newest checkpoint": 1, "newest commit cut short": 1,
          "second driver": 1}
if "ONLY" in os.environ:
    FAULTS = {os.environ["ONLY"]: 1}
PAUSE = [float(each) for each in os.environ.get("PAUSE", "1,8").split(",")]


def classpath():
    target = ROOT / "pipeline-jobs/target"
    return f"{target / 'vireo.jar'}:{(target / 'spark-classpath.txt').read_text().strip()}"


def java_options():
    pom = (ROOT / "pom.xml").read_text()
    return re.search(r"<spark\.jvm\.options>(.*)</spark\.jvm\.options>", pom).group(1).split()


def command(master, job, *arguments):
    spark = {"spark.master": master, "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1", "spark.ui.enabled": "false",
             "spark.executor.memory": "768m", "spark.executor.extraClassPath": classpath()}
    return ["java", "-Xmx768m", *java_options(), f"-Dlog4j2.configurationFile={ROOT}/submit/log4j2.properties",
            *[f"-D{key}={value}" for key, value in spark.items()], "-cp", classpath(), "dev.vireo.jobs.Vireo", job, *map(str, arguments)]


def environment():
    home = WORK / "spark-home"
    (home / "jars").mkdir(parents=True, exist_ok=True)
    return {**os.environ, "SPARK_HOME": str(home), "SPARK_SCALA_VERSION": "2.13", "SPARK_LOCAL_IP": "127.0.0.1", "DJL_OFFLINE": "true",
            "OPT_OUT_TRACKING": "true", "OMP_NUM_THREADS": "1", "GOMP_SPINCOUNT": "100"}


def train(master, output):
    return command(master, "train", "--model", MODEL, "--input", WORK / "shards", "--output", output, f"train.steps={STEPS}", f"train.workers={WORKERS}",
                   "train.learning-rate=1e-3", "train.segment-steps=5", "train.save-every=5", "train.hang-timeout=5", "train.max-failures=1000",
                   "model.threads=1", "model.precision=fp32")


def run(line):
    if subprocess.run(line, env=environment(), stdout=subprocess.DEVNULL).returncode != 0:
        sys.exit(f"failed: {line[line.index('dev.vireo.jobs.Vireo') + 1]}")


def adapter(output):
    return hashlib.sha256((output / "adapter/adapter_model.safetensors").read_bytes()).hexdigest()


def executors(driver):
    """Process ids of the driver's executors that are not stopped already."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
            if int(fields[1]) == driver and fields[0] not in "TZ" and b"CoarseGrainedExecutorBackend" in (stat.parent / "cmdline").read_bytes():
                found.append(int(stat.parent.name))
        except (OSError, IndexError, ValueError):
            pass
    return found


def trains(process):
    """Whether a process was a worker already, rather than one that stands by or starts: who took part in a sum has a thread for its deadline."""
    for name in Path(f"/proc/{process}/task").glob("*/comm"):
        try:
            if name.read_text().startswith("vireo-deadline"):
                return True
        except OSError:
            pass
    return False


def send(process, number):
    try:
        os.kill(process, number)
    except ProcessLookupError:
        pass


def newest(output):
    commits = [path for path in output.glob("checkpoints/step-*/commit.json")]
    return max(commits, key=lambda path: int(path.parent.name[5:]), default=None)


class Run:
    """One output, trained to its end whatever happens."""

    def __init__(self, number, dice):
        self.output = WORK / f"run-{number}"
        self.log = WORK / f"run-{number}.log"
        self.dice = dice
        self.stopped = []
        self.driver = None
        self.starts = 0
        # When a worker was killed, until the next step; and how long each took.
        self.killed = None
        self.waits = []

    def start(self):
        self.starts += 1
        self.killed = None
        self.driver = subprocess.Popen(train(f"local-cluster[{WORKERS + SPARES},1,768]", self.output), env=environment(), stdout=subprocess.PIPE,
                                       stderr=subprocess.STDOUT, text=True, errors="replace")
        threading.Thread(target=self.listen, args=(self.driver.stdout,), daemon=True).start()

    def listen(self, lines):
        """Keeps what a driver says, with the time, and notes when it goes on after a kill."""
        with self.log.open("a") as log:
            for line in lines:
                print(f"{time.time() - BEGIN:.1f} s: {line}", end="", file=log, flush=True)
                if " s after the failure" in line and self.killed:
                    self.waits.append(time.time() - self.killed)
                    self.killed = None

    def until_done(self, deadline, counts):
        self.start()
        # The pause begins with the first steps that count after a fault, once in four times with the fault.
        pause = self.dice.uniform(*PAUSE)
        due = time.time() + pause
        logged = 0
        hasty = False
        while not (self.output / "_SUCCESS.json").exists():
            time.sleep(0.1)
            self.wake()
            if self.driver.poll() is not None and not (self.output / "_SUCCESS.json").exists():
                self.start()
            moved = hasty or self.logged() > logged
            if not moved:
                due = max(due, time.time() + pause)
            if time.time() > due and time.time() < deadline and newest(self.output):
                fault = self.dice.choices(list(FAULTS), FAULTS.values())[0]
                if self.fault(fault):
                    counts[fault] += 1
                logged = self.logged()
                hasty = self.dice.random() < 0.25
                pause = self.dice.uniform(*PAUSE)
                due = time.time() + pause
        self.driver.wait()
        self.wake(everything=True)

    def logged(self):
        try:
            return (self.output / "metrics.jsonl").stat().st_size
        except OSError:
            return 0

    def wake(self, everything=False):
        for process, when in list(self.stopped):
            if everything or time.time() > when:
                send(process, signal.SIGCONT)
                self.stopped.remove((process, when))

    def fault(self, fault):
        workers = executors(self.driver.pid)
        self.dice.shuffle(workers)
        if fault.startswith("kill"):
            workers.sort(key=trains, reverse=True)
        two = fault == "kill -9 of two at once"
        if "driver" in fault or "newest" in fault:
            return self.driver_fault(fault)
        if len(workers) < 1 + two:
            return False
        number = {"kill": signal.SIGKILL, "SIGS": signal.SIGSTOP, "SIGT": signal.SIGTERM}[fault[:4]]
        hit = workers[: 1 + two]
        self.killed = time.time() if number == signal.SIGKILL and any(map(trains, hit)) else None
        for process in hit:
            send(process, number)
            if number == signal.SIGSTOP:
                self.stopped.append((process, time.time() + self.dice.uniform(3, 40)))
        return True

    def driver_fault(self, fault):
        if fault == "second driver":
            first = self.driver
            self.start()
            first.wait(timeout=300)
            return True
        send(self.driver.pid, signal.SIGTERM if fault.startswith("SIGTERM") else signal.SIGKILL)
        self.driver.wait()
        commit = newest(self.output)
        if fault.startswith("bit flipped"):
            state = commit.parent / "training_state.safetensors"
            content = bytearray(state.read_bytes())
            content[self.dice.randrange(len(content))] ^= 1 << self.dice.randrange(8)
            state.write_bytes(content)
        elif fault.startswith("newest commit"):
            commit.write_bytes(commit.read_bytes()[: self.dice.randrange(300)])
        return True

    def check(self, expected):
        steps = [json.loads(line)["step"] for line in (self.output / "metrics.jsonl").read_text().splitlines() if '"loss"' in line]
        assert steps == list(range(1, STEPS + 1)), f"{self.output}: steps {steps}"
        assert adapter(self.output) == expected, f"{self.output}: another adapter"
        left = sorted(path.name for path in (self.output / "checkpoints").iterdir() if not path.name.startswith("step-"))
        assert not left, f"{self.output}: {left} was left"


def main():
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    run(command("local[2]", "world", "--output", WORK / "world", "world.pictures=12"))
    run(command("local[2]", "prepare", "--model", MODEL, "--input", WORK / "world", "--output", WORK / "shards"))
    run(train(f"local[{WORKERS}]", WORK / "undisturbed"))
    expected = adapter(WORK / "undisturbed")
    dice = random.Random(SEED)
    counts = collections.Counter()
    begin = time.time()
    deadline = begin + 60 * MINUTES
    runs = []
    while time.time() < deadline:
        one = Run(len(runs), dice)
        one.until_done(deadline, counts)
        one.check(expected)
        runs.append(one)
        print(f"{(time.time() - begin) / 60:.1f} min: run {len(runs)} has the same adapter, {sum(counts.values())} faults so far", file=sys.stderr, flush=True)
    logs = "".join(one.log.read_text(errors="replace") for one in runs)
    waits = sorted(float(each) for each in re.findall(r"is done ([0-9.]+) s after the failure", logs))
    kills = sorted(each for one in runs for each in one.waits)
    print(f"{(time.time() - begin) / 60:.0f} minutes, seed {SEED}, {WORKERS} workers, {SPARES} executors that stand by: {len(runs)} runs of {STEPS} steps, "
          f"{sum(one.starts for one in runs)} drivers, every adapter equal to the undisturbed one, every step logged once")
    for fault in FAULTS:
        print(f"  {fault}: {counts[fault]}")
    print(f"  segments that failed: {len(re.findall('segment failed', logs))}, checkpoints found damaged: {len(re.findall('cannot use the checkpoint', logs))}")
    for what, seconds in {"a failure of a segment": waits, "a kill": kills}.items():
        if seconds:
            print(f"  from {what} to the next step, {len(seconds)} times: median {seconds[len(seconds) // 2]:.1f} s, "
                  f"90 % within {seconds[int(len(seconds) * 0.9)]:.1f} s, longest {seconds[-1]:.1f} s")


main()
