"""The parts that need no CASA: finding and showing files, protobuf's variable."""

from __future__ import annotations

import os
import sys
from io import BytesIO
from pathlib import Path

import pytest
from casa_session import SUPPORT

from casawrapper.casa.log.reader import LogSince
from casawrapper.casa.setup import protobuf
from casawrapper.casa.tasks.plotms import calibration_library
from casawrapper.casa.versions.no_display import NoDisplay

assert str(SUPPORT) in sys.path
pytest.importorskip("IPython")

from casawrapper.casa.display import pictures  # noqa: E402  (needs IPython)


def test_pages_come_in_the_order_of_writing_and_then_of_their_numbers(tmp_path: Path) -> None:
    (tmp_path / "p_old.png").write_text("old")
    (tmp_path / "other.png").write_text("old")
    watch = pictures.Watch(str(tmp_path / "p.png"))
    for name, second in (("p_Scan10.png", 5), ("p_Scan9.png", 5), ("p_Scan2.png", 7), ("p_Scan1.png", 3)):
        (tmp_path / name).write_text(name)
        os.utime(tmp_path / name, (second, second))
    for name in ("p.log", "q.png", "other.png"):
        (tmp_path / name).write_text("new")
    assert [Path(path).name for path in watch.written()] == [
        "p_Scan1.png",
        "p_Scan9.png",
        "p_Scan10.png",
        "p_Scan2.png",
    ]


def test_an_overwritten_file_counts_as_written_and_a_missing_folder_as_empty(tmp_path: Path) -> None:
    (tmp_path / "p.png").write_text("old")
    watch = pictures.Watch(str(tmp_path / "p.png"))
    assert watch.written() == []
    (tmp_path / "p.png").write_text("newer")
    assert watch.written() == [str(tmp_path / "p.png")]
    assert pictures.Watch(str(tmp_path / "none" / "p.png")).written() == []


def test_margins_are_cropped_and_a_blank_picture_stays() -> None:
    Picture = pytest.importorskip("PIL.Image")

    def png(box: tuple[int, int, int, int] | None) -> bytes:
        picture, out = Picture.new("RGB", (400, 300), "white"), BytesIO()
        if box:
            picture.paste((200, 0, 0), box)
        picture.save(out, "PNG")
        return out.getvalue()

    cropped = Picture.open(BytesIO(pictures._cropped(png((100, 100, 200, 150)))))
    assert cropped.size == (124, 74)
    assert pictures._cropped(png(None)) == png(None)


def test_long_text_is_cut_and_linked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    Path("t.txt").write_text("\n".join(f"line {number}" for number in range(500)))
    shown: list[dict[str, str]] = []
    monkeypatch.setattr(pictures, "show", shown.append)
    pictures.show_file(str(tmp_path / "t.txt"), "")
    text = capsys.readouterr().out
    assert "line 199\n" in text and "line 200" not in text and "300 more lines" in text
    assert [data["text/plain"] for data in shown] == ["t.txt"] and "t.txt'" in shown[0]["text/html"]


def test_calibration_tables_get_their_full_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    texts = ["caltable='b.cal', interp='linear'", 'caltable = "/data/g.cal"']
    assert calibration_library.absolute(texts) == [
        f"caltable='{tmp_path}/b.cal', interp='linear'",
        'caltable = "/data/g.cal"',
    ]
    Path("lib.txt").write_text("caltable='b.cal'\ncaltable='c.cal' calwt=True\n")
    assert Path(calibration_library.absolute("lib.txt")).read_text() == (
        f"caltable='{tmp_path}/b.cal'\ncaltable='{tmp_path}/c.cal' calwt=True\n"
    )
    assert calibration_library.absolute("") == "" and calibration_library.absolute([]) == []


def test_listing_is_taken_from_the_log_without_its_columns(tmp_path: Path) -> None:
    log = tmp_path / "casa.log"
    before = "2026-01-01 00:00:00\tINFO\tlistobs::ms::summary\tof an earlier call\n"
    log.write_text(before)
    since = LogSince(str(log))
    log.write_text(
        before + "d\tINFO\tlistobs::ms::summary\tHead\nd\tINFO\tlistobs::ms::summary+\t  a\tb\n"
        "d\tINFO\tlistobs::MSMetaData::x \tComputing\nd\tINFO\ttclean::ms::summary\tother\n"
    )
    assert since.messages("listobs::ms::summary") == ["Head", "  a\tb"]


OLD_CODE = "_X = _descriptor.FieldDescriptor(name='x', create_key=_descriptor._internal_create_key)"
NEW_CODE = "_builder.BuildTopDescriptorsAndMessages(DESCRIPTOR, 'x_pb2', _globals)"


@pytest.mark.parametrize(
    "version, code, value",
    [
        ((3, 20), OLD_CODE, None),
        ((4, 25), OLD_CODE, "python"),
        ((7, 36), OLD_CODE, "python"),
        ((7, 36), NEW_CODE, None),
        ((), OLD_CODE, None),
    ],
)
def test_protobuf_runs_in_python_only_while_a_package_that_needs_it_is_imported(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: tuple[int, ...], code: str, value: str | None
) -> None:
    (tmp_path / "private").mkdir()
    (tmp_path / "private/img_pb2.py").write_text(code)
    monkeypatch.delenv(protobuf.VARIABLE, raising=False)
    monkeypatch.delitem(sys.modules, "google.protobuf", raising=False)
    monkeypatch.setattr(protobuf, "version", lambda: version)
    monkeypatch.setattr(protobuf.catalog, "package_folder", {"casaviewer": str(tmp_path)}.get)
    with protobuf.fitting("casaviewer"):
        assert os.environ.get(protobuf.VARIABLE) == value
    with protobuf.fitting("casatasks"):
        assert protobuf.VARIABLE not in os.environ
    assert protobuf.VARIABLE not in os.environ


def test_a_display_is_there_for_casas_plotms_alone_and_a_real_one_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    assert NoDisplay().getenv("DISPLAY") and os.getenv("DISPLAY") is None
    assert NoDisplay().getenv("NO_SUCH_VARIABLE", "3") == "3" and NoDisplay().path is os.path
    monkeypatch.setenv("DISPLAY", ":7")
    assert NoDisplay().getenv("DISPLAY") == ":7"
