"""What a multipart body means, however it is cut into chunks, and what is refused."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from frontdesk.errors import Refused
from frontdesk.wire.form import FIELDS_MAX, user_data
from frontdesk.wire.multipart import FILE_NAME_BYTES_MAX, MultipartReader, Parts, clean_file_name

BOUNDARY = "----FrontdeskTest7MA4YWxk"
CONTENT_TYPE = f"multipart/form-data; boundary={BOUNDARY}"


def part(name: str, content: bytes, file_name: str | None = None, media_type: str = "") -> bytes:
    head = f'Content-Disposition: form-data; name="{name}"'
    if file_name is not None:
        head += f'; filename="{file_name}"'
    if media_type:
        head += f"\r\nContent-Type: {media_type}"
    return f"--{BOUNDARY}\r\n{head}\r\n\r\n".encode() + content + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()
UPLOAD = part("file", b"\x89PNG\r\n--\x00", "a.png", "image/png") + part("secureKey", b"abc") + END


def read(body: bytes, bytes_max: int = 100_000, chunk_bytes: int = 7, field_bytes_max: int = 10_000) -> Parts:
    reader = MultipartReader(CONTENT_TYPE, bytes_max=bytes_max, field_bytes_max=field_bytes_max)
    for start in range(0, len(body), chunk_bytes):
        reader.feed(body[start : start + chunk_bytes])
    return reader.finish()


def refusal(body: bytes) -> str:
    with pytest.raises(Refused) as raised:
        read(body)
    assert raised.value.code == "bad_form"
    return raised.value.text


def test_a_body_has_fields_and_files_in_any_order() -> None:
    parts = read(UPLOAD)
    assert parts.fields == {"secureKey": "abc"}
    (file,) = parts.files
    assert (file.field, file.name, file.media_type) == ("file", "a.png", "image/png")
    assert (file.content, file.size_bytes) == (b"\x89PNG\r\n--\x00", 9)
    assert not parts.is_too_large


def test_fields_nest_as_in_other_forms() -> None:
    parts = read(
        part("userData[file-description]", "Счёт".encode()) + part("a", b"1") + part("a", b"2") + END
    )
    assert user_data(parts.fields) == {"file-description": "Счёт"}
    assert parts.fields == {"a": "2"}


@given(st.binary(max_size=300), st.integers(1, 400))
@example(f"\r\n--{BOUNDARY}".encode()[:-1], 1)
@example(b"\r\n\r\n--", 3)
def test_the_bytes_of_a_file_arrive_however_the_body_is_cut(content: bytes, chunk_bytes: int) -> None:
    parts = read(part("file", content, "x.bin") + END, chunk_bytes=chunk_bytes)
    assert parts.files[0].content == content
    assert parts.files[0].size_bytes == len(content)


@given(st.integers(0, len(UPLOAD) - 5))
def test_a_body_that_ends_early_is_refused(length: int) -> None:
    assert "ends before" in refusal(UPLOAD[:length])


@pytest.mark.parametrize(
    "body",
    [
        b"no boundary at all",
        f"--{BOUNDARY}\r\n\r\nvalue\r\n--{BOUNDARY}--".encode(),  # A part without a name.
        f"--{BOUNDARY}\r\nContent-Disposition: attachment; name=a\r\n\r\n1\r\n--{BOUNDARY}--".encode(),
        part("a", b"\xff") + END,
        f"--{BOUNDARY}\r\nbad header\r\n\r\n1\r\n--{BOUNDARY}--".encode(),
        f"--{BOUNDARY}\r\nX: {'y' * 10_000}\r\n\r\n1\r\n--{BOUNDARY}--".encode(),
        part("n" * 1001, b"1") + END,
    ],
)
def test_a_malformed_body_is_refused_at_its_end_and_not_before(body: bytes) -> None:
    refusal(body)


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "text/plain; boundary=x",
        "multipart/mixed; boundary=x",
        f"multipart/form-data; boundary={'x' * 300}",
    ],
)
def test_a_content_type_that_names_no_boundary_is_refused(content_type: str) -> None:
    with pytest.raises(Refused, match="boundary"):
        MultipartReader(content_type, bytes_max=100)


@pytest.mark.parametrize(
    "content_type", ['Multipart/Form-Data; Boundary="x"', "multipart/form-data;charset=utf-8;boundary=x"]
)
def test_content_types_are_written_in_several_ways(content_type: str) -> None:
    reader = MultipartReader(content_type, bytes_max=1000)
    reader.feed(b'--x\r\ncontent-disposition: form-data; name="a"\r\n\r\n1\r\n--x--')
    assert reader.finish().fields == {"a": "1"}


def test_of_a_body_that_is_too_large_the_keys_are_kept_and_the_file_is_not() -> None:
    body = part("file", b"x" * 5000, "big.png") + part("secureKey", b"abc") + END
    parts = read(body, bytes_max=4000)
    assert parts.is_too_large
    assert parts.fields == {"secureKey": "abc"}
    assert [(file.size_bytes, file.content) for file in parts.files] == [(5000, b"")]


def test_a_file_read_before_the_limit_was_crossed_has_no_content_either() -> None:
    body = part("file", b"x" * 100, "small.png") + part("file", b"x" * 5000, "big.png") + END
    assert [file.content for file in read(body, bytes_max=4000).files] == [b"", b""]


def test_fields_alone_can_be_too_large() -> None:
    parts = read(part("a", b"1") + part("nickname", b"x" * 20_000) + END)
    assert parts.is_too_large
    assert parts.fields == {"a": "1"}


def test_there_is_a_limit_to_the_number_of_parts() -> None:
    with pytest.raises(Refused, match=str(FIELDS_MAX)):
        read(part("a", b"") * (FIELDS_MAX + 1) + END, bytes_max=10_000_000, chunk_bytes=65_536)


def test_a_file_input_left_empty_is_no_file() -> None:
    assert read(part("file", b"", "", "application/octet-stream") + END).files == ()


def test_a_file_with_a_name_and_no_bytes_is_a_file() -> None:
    assert [(file.name, file.size_bytes) for file in read(part("file", b"", "a.txt") + END).files] == [
        ("a.txt", 0)
    ]


@given(st.binary(max_size=400), st.integers(1, 50))
def test_whatever_bytes_come_the_answer_is_parts_or_a_refusal(noise: bytes, chunk_bytes: int) -> None:
    for body in (noise, UPLOAD[: len(noise)] + noise, f"--{BOUNDARY}\r\n".encode() + noise):
        try:
            read(body, chunk_bytes=chunk_bytes)
        except Refused as refused:
            assert refused.code == "bad_form"  # noqa: PT017 - both answers are allowed


# Names of files


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("receipt.png", "receipt.png"),
        ('../../a"b\r\n.png', 'a"b.png'),
        ("C:\\Users\\mira\\счёт.pdf", "счёт.pdf"),
        ("/etc/passwd", "passwd"),
        ("..", "file"),
        ("", "file"),
        ("folder/", "file"),
        (" a . ", "a"),
        ("\u202egnp.exe", "gnp.exe"),
        ("tab\tand\x00null.txt", "tabandnull.txt"),
        (".htaccess", ".htaccess"),
        ("x" * 500 + ".jpeg", "x" * (FILE_NAME_BYTES_MAX - 5) + ".jpeg"),
        ("я" * 500 + ".png", "я" * ((FILE_NAME_BYTES_MAX - 4) // 2) + ".png"),
    ],
)
def test_a_files_name_is_a_plain_base_name(name: str, clean: str) -> None:
    assert clean_file_name(name) == clean


def test_the_escapes_of_browsers_in_names_are_undone() -> None:
    assert read(part("file", b"1", "a%22b%0D%0A.png") + END).files[0].name == 'a"b.png'


@given(st.text(max_size=300) | st.text("./\\ \r\n\"';a\u202e\u0301я", max_size=300))
def test_whatever_a_file_is_called_its_clean_name_harms_nobody(name: str) -> None:
    clean = clean_file_name(name)
    assert 0 < len(clean.encode()) <= FILE_NAME_BYTES_MAX
    assert not set(clean) & set("/\\\r\n\u202e\u2066")
    assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in clean)
    assert clean not in (".", "..")
    assert clean_file_name(clean) == clean


@pytest.mark.parametrize("stuffing", [";" * 8000, 'filename="' + ";" * 65 + '"; '])
def test_a_header_of_very_many_parameters_is_refused_before_it_is_taken_apart(stuffing: str) -> None:
    """A hundred of them in one small form would hold everybody up for a second."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; {stuffing}name="a"'
    with pytest.raises(Refused, match="parameters"):
        read(f"{head}\r\n\r\n1\r\n".encode() + END)
