"""The programs of Kafka: fetched once by Maven, then kept in the user's cache for every run."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.support.brokers import VERSION, KafkaMissing

FETCH_SECONDS_MAX = 240
POM = f"""<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId><artifactId>broker</artifactId><version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId>
      <version>{VERSION}</version>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version>
    </dependency>
  </dependencies>
</project>
"""


def cache_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the user keeps what can be fetched again."""
    return Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lineage-tests"


def kafka_jars(cache: Path) -> Path:
    """The folder with the jars. Raises ``KafkaMissing`` where they cannot be had.

    The folder gets its name when all are in it, so what is there is whole; the lock is for the
    other process of the run, which would fetch the same at the same time.
    """
    jars = cache / f"kafka-{VERSION}"
    if jars.is_dir():
        return jars
    maven = shutil.which("mvn")
    if maven is None:
        raise KafkaMissing("Maven is not installed here (mvn), and fetches Kafka the first time")
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not jars.is_dir():
            _fetch(maven, jars)
    return jars


def _fetch(maven: str, jars: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="fetching-", dir=jars.parent) as made:
        folder = Path(made)
        (folder / "pom.xml").write_text(POM)
        command = [
            *(maven, "--quiet", "--batch-mode", "--strict-checksums"),
            *("dependency:copy-dependencies", f"-DoutputDirectory={folder / 'jars'}"),
        ]
        try:
            done = subprocess.run(
                command,
                check=False,
                cwd=folder,
                capture_output=True,
                text=True,
                stdin=subprocess.DEVNULL,
                timeout=FETCH_SECONDS_MAX,
            )
        except subprocess.TimeoutExpired:
            raise KafkaMissing(f"Maven took longer than {FETCH_SECONDS_MAX} s") from None
        if done.returncode != 0:
            said = (done.stdout + done.stderr).strip().splitlines()[:3]
            raise KafkaMissing("Maven failed: " + " / ".join(said))
        (folder / "jars").rename(jars)
