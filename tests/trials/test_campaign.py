"""Campaigns: one table whatever the workers, nothing made twice, and a folder that is whole or not there."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from symlag.cli.app import app
from symlag.errors import DefinitionError, OutputError
from symlag.trials import Setting, Verdict
from symlag.trials.campaign import configuration as _configuration
from symlag.trials.campaign.campaign import select_trials, shard
from symlag.trials.campaign.configuration import Configuration
from symlag.trials.campaign.outcome import read_outcome, write_outcome
from symlag.trials.campaign.sources import defines, is_fast, source_files
from symlag.trials.trial_file import read_trial_file
from tests.document.test_tex_and_browser import browser
from tests.support import campaigns

__all__ = ["browser"]


STILL = "from symlag.trials.campaign import configuration; configuration.PACKAGE = configuration.Path('symlag')"
# Ctrl-C, which the background of a shell ignores.
HEEDED = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of trials, which is the current one; symlag's own sources, which may be worked on, are left aside."""
    campaigns.write(tmp_path)
    monkeypatch.setattr(_configuration, "PACKAGE", tmp_path / "symlag")
    _configuration.hash_of_symlag.cache_clear()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    return tmp_path


def ask(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def start(*words, complaints=subprocess.DEVNULL):
    code = f"{HEEDED}; {STILL}; from symlag.cli.app import main; main()"
    words = [sys.executable, "-c", code, "trials", "trials", *words]
    return subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=complaints, text=True)


def table(out):
    return (out / "table.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """What one run of all trials gives: how it ended, and its folder."""
    place = tmp_path_factory.mktemp("whole")
    campaigns.write(place)
    before = Path.cwd()
    os.chdir(place)
    try:
        return ask("trials", "trials", "--jobs", 2), place / "out/trials"
    finally:
        os.chdir(before)


def test_all_trials_are_run_and_judged_and_reported(whole):
    ended, out = whole
    assert ended.exit_code == 0, ended.output
    told = table(out)
    assert [line.split(" | ")[0] for line in told.splitlines()[2:]] == ["| alone", "| by\\_records", "| swept"]
    assert told.count("HOLDS") == 3
    page = (out / "index.html").read_text(encoding="utf-8")
    for made in out.glob("*/outcome.json"):
        stem = json.loads(made.read_text(encoding="utf-8"))["stem"]
        assert f'href="{made.parent.name}/{stem}.html"' in page


@pytest.mark.browser
@pytest.mark.slow
def test_every_page_opens_by_itself_without_a_complaint(whole, browser):
    _, out = whole
    pages = [out / "index.html", *out.glob("*/*.html")]
    for address in (page.as_uri() for page in pages):
        browser.get(address)
        events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
        asked = {e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"}
        assert {url for url in asked if not url.startswith("data:")} == {address}
        assert browser.get_log("browser") == []
        assert "claims hold" in browser.execute_script("return document.body.innerText")
    assert browser.execute_script("return document.querySelectorAll('math').length") > 5
    assert len(pages) == 4


def test_a_trial_without_its_data_says_what_to_do_and_is_no_failure(whole):
    ended, out = whole
    said = " ".join(ended.output.split())
    assert "the trial needs a text of three letters; write symlag trials --data FOLDER." in said
    assert not [*out.glob("wanting-*")]


def test_a_trial_is_given_its_data_and_its_seed(folder):
    (folder / "text").write_text("abc", encoding="utf-8")
    assert ask("trials", "trials", "--only", "wanting", "--data", "text", "--jobs", 1).exit_code == 0
    (made,) = (folder / "out/trials").glob("wanting-*")
    assert json.loads((made / "outcome.json").read_text(encoding="utf-8"))["data"] == "text"


def test_a_seed_that_breaks_a_claim_ends_with_one(folder):
    assert ask("trials", "trials", "--only", "swept", "--seed", 1, "--jobs", 1).exit_code == 1
    assert "BROKEN" in table(folder / "out/trials")


def test_two_shards_on_two_processes_give_the_table_of_one_run(folder, whole):
    shards = [start("--shard", f"{i}/2", "--jobs", "1") for i in (1, 2)]
    assert [one.wait() for one in shards] == [0, 0]
    log = (folder / "trials/log").read_text(encoding="utf-8")
    resumed = ask("trials", "trials", "--resume", "--jobs", 1)
    assert resumed.exit_code == 0
    assert table(folder / "out/trials") == table(whole[1])
    assert (folder / "trials/log").read_text(encoding="utf-8") == log


def test_a_run_killed_half_way_resumes_without_repeating_what_was_finished(folder, whole):
    slow = folder / "trials/zzz.py"
    slow.write_text((folder / "trials/alone.py").read_text(encoding="utf-8") + "import time\ntime.sleep(60)\n")
    run, out = start("--jobs", "1"), folder / "out/trials"
    finished = wait_for(lambda: len([*out.glob("*/outcome.json")]) == 3)
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert finished
    before = {path: path.stat().st_mtime_ns for path in out.glob("*/outcome.json")}
    slow.unlink()
    assert ask("trials", "trials", "--resume", "--jobs", 1).exit_code == 0
    assert {path: path.stat().st_mtime_ns for path in out.glob("*/outcome.json")} == before
    assert table(out) == table(whole[1])


def test_ctrl_c_to_the_campaign_alone_ends_what_is_under_way(folder):
    endless = "import swing as theorem\nfrom pathlib import Path\nimport os, time\n"
    endless += "def study():\n    Path('begun').write_text(str(os.getpid()))\n    time.sleep(600)\n"
    (folder / "trials/endless.py").write_text(endless)
    run = start("--only", "endless", "--jobs", "1", complaints=subprocess.PIPE)
    assert wait_for(lambda: (folder / "begun").is_file() and (folder / "begun").read_text())
    run.send_signal(signal.SIGINT)
    assert run.communicate(timeout=60)[1] == "Stopped. Every file that was written so far is complete.\n"
    assert run.returncode == 130
    assert wait_for(lambda: not alive(int((folder / "begun").read_text())))


def alive(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def wait_for(happened, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if happened():
            return True
        time.sleep(0.1)
    return False


def test_a_cluster_gives_the_table_of_one_run(folder, whole):
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(1, processes=False, threads_per_worker=1, dashboard_address=None) as local:
        assert ask("trials", "trials", "--dask", local.scheduler_address).exit_code == 0
    assert table(folder / "out/trials") == table(whole[1])


def test_a_cluster_that_is_not_there_is_one_sentence(folder):
    pytest.importorskip("distributed")
    ended = ask("trials", "trials", "--dask", "nowhere")
    assert ended.exit_code == 2
    assert "no scheduler answers there" in " ".join(ended.stderr.split())


def test_a_trial_that_raises_stops_no_other_and_ends_with_two(folder):
    (folder / "trials/faulty.py").write_text("import swing as theorem\ndef study():\n    return 1 / 0\n")
    (folder / "trials/fading.py").write_text(
        "import swing as theorem\nfrom symlag.trials import Claim, Study\ndef draw(figure):\n    figure / 0\n"
        "def study():\n    return Study([Claim('c', 's', 1, most=2, twin=3, without='it')], {'p': draw})\n"
    )
    ended = ask("trials", "trials", "--only", "[af]*", "--jobs", 2)
    told = " ".join(ended.output.split())
    assert ended.exit_code == 2
    assert "faulty.py, line 3: it raises ZeroDivisionError" in told
    assert "fading.py, line 4: it raises TypeError" in told
    assert "alone" in table(folder / "out/trials")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("def study():\n    import os\n    os._exit(1)\n", "a worker was killed"),
        (
            "points = [1]\ndef measure(point):\n    return lambda: point\ndef study(measured): ...\n",
            "what it measures cannot be sent to another process",
        ),
    ],
    ids=["killed", "not sendable"],
)
def test_what_a_worker_cannot_finish_is_one_sentence(folder, body, sentence):
    (folder / "trials/faulty.py").write_text(f"import swing as theorem\n{body}")
    ended = ask("trials", "trials", "--only", "faulty", "--jobs", 1)
    assert ended.exit_code == 2
    assert sentence in " ".join(ended.output.split())


def test_the_fast_ones_say_so(folder):
    assert [file.stem for file in select_trials(folder / "trials", fast=True)] == ["alone"]
    assert is_fast(folder / "trials/alone.py")
    assert not is_fast(folder / "trials/swept.py")


def test_shards_share_all_files_and_no_file_twice(folder):
    files = select_trials(folder / "trials")
    shares = [shard(files, f"{i}/3") for i in (1, 2, 3)]
    assert sorted(file for share in shares for file in share) == list(files)


@pytest.mark.parametrize("part", ["0/2", "3/2", "1", "a/b", "-1/2"])
def test_a_share_that_is_none_is_refused(part):
    with pytest.raises(DefinitionError, match="it is no share"):
        shard([], part)


@pytest.mark.parametrize(("place", "only"), [("nowhere", "*"), ("trials", "nothing")])
def test_nothing_to_try_is_one_sentence(folder, place, only):
    ended = ask("trials", place, "--only", only)
    assert (ended.exit_code, ended.stderr.count("write")) == (2, 1)


def test_what_a_trial_imports_is_found_without_running_it(folder):
    assert [path.name for path in source_files(folder / "trials/alone.py")] == ["alone.py", "swing.py", "_helper.py"]
    assert defines(folder / "trials/alone.py", "study")
    assert not defines(folder / "trials/alone.py", "record")
    (folder / "pair.py").write_text("record, (refined, steps) = made\nlisted[0] = study = 1\n", encoding="utf-8")
    assert all(defines(folder / "pair.py", name) for name in ("record", "refined", "steps", "study"))
    assert not defines(folder / "pair.py", "listed")


@pytest.mark.parametrize("changed", ["trials/alone.py", "swing.py", "trials/_helper.py"])
def test_a_configuration_is_another_once_a_source_of_it_changes(folder, changed):
    made = Configuration(Path("trials/alone.py"), Setting())
    before = made.name
    assert before == made.name
    with (folder / changed).open("a", encoding="utf-8") as file:
        file.write("\n# changed\n")
    assert made.name != before


def test_a_configuration_is_another_once_symlag_itself_changes(folder):
    (folder / "symlag/laws").mkdir(parents=True)
    part = folder / "symlag/laws/noether.py"
    names = [named_anew(part, text) for text in ("Q = 1", "Q = 2", "Q = 1")]
    assert names[0] == names[2] != names[1]


def named_anew(part, text):
    """The name of a configuration, as a fresh process would find it."""
    part.write_text(text, encoding="utf-8")
    _configuration.hash_of_symlag.cache_clear()
    try:
        return Configuration(Path("trials/alone.py"), Setting()).name
    finally:
        _configuration.hash_of_symlag.cache_clear()


def test_claims_are_whole_lines_in_a_pipe(folder):
    told = ask("run", "trials/swept.py", "--out", "here").output.splitlines()
    assert "  HOLDS    Squares add up." in told
    assert "           30, required 30 … 30; 10 without ²." in told


def test_a_configuration_is_another_with_another_seed_or_other_data(folder):
    settings = [Setting(), Setting(1), Setting(0, folder / "swing.py"), Setting(0, folder / "trials")]
    assert len({Configuration(Path("trials/alone.py"), setting).name for setting in settings}) == 4


def test_a_folder_is_replaced_as_a_whole(tmp_path):
    write_outcome(tmp_path / "made", {"a": b"1", "b": b"2"})
    write_outcome(tmp_path / "made", {"a": b"3"})
    assert [path.name for path in (tmp_path / "made").iterdir()] == ["a"]
    assert [path.name for path in tmp_path.iterdir()] == ["made"]
    assert read_outcome(tmp_path / "made") is None


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match="it cannot be written"):
        write_outcome(tmp_path / "file" / "made", {"a": b"1"})


def test_a_study_is_run_by_itself(folder):
    ended = ask("run", "trials/swept.py", "--out", "here")
    assert ended.exit_code == 0, ended.output
    assert {path.name for path in (folder / "here").iterdir()} == {"swept.html", "swing.tex", "kernels", "outcome.json"}


def test_an_inquiry_by_records_and_by_a_sweep_at_once(folder):
    text = "".join((folder / f"trials/{stem}.py").read_text(encoding="utf-8") for stem in ("by_records", "swept"))
    (folder / "both.py").write_text(text, encoding="utf-8")
    (folder / "log").touch()
    asked = read_trial_file("both.py")
    assert asked.points == tuple(zip(["record"] * 3 + ["measure"] * 4, (0.2, 0.1, 0.05, 1, 2, 3, 4), strict=True))
    study = asked.conclude([asked.measure(i) for i in range(7)])
    assert [claim.verdict for claim in study.claims] == [Verdict.HOLDS] * 2


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "study: it is missing"),
        ("def study(): ...", "theorem: it is missing beside `study`"),
        ("theorem = 1\ndef record(step): ...\npoints = []", "measure: it is missing beside `points`"),
        ("theorem = 1\ndef measure(point): ...\npoints = []", "study: it is missing beside `measure`"),
    ],
)
def test_an_inquiry_that_is_not_complete_says_what_is_missing(tmp_path, text, sentence):
    (tmp_path / "asked.py").write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError, match=sentence):
        read_trial_file(tmp_path / "asked.py")


def test_a_study_that_returns_something_else_is_told_so(folder):
    (folder / "odd.py").write_text("import swing as theorem\ndef study(): return 3\n", encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"study\(\): it returns 3"):
        read_trial_file("odd.py").conclude([])
